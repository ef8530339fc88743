//! How wide words are, about, and how they break into lines.

/// The width of a text in the usual sans-serif fonts, in pixels.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|character| advance(character) * size)
        .sum()
}

/// Breaks a text into at most `most` lines of a width; the last ends with … where words are left over.
pub fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text
        .split_whitespace()
        .flat_map(|word| pieces(word, size, room))
    {
        let joined = if line.is_empty() {
            word.clone()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&joined, size) <= room {
            line = joined;
        } else {
            lines.push(std::mem::replace(&mut line, word));
        }
        if lines.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    let most = most.max(1);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(last, size) + size * 0.9 > room {
                last.pop();
            }
            *last = format!("{}…", last.trim_end());
        }
    }
    lines
}

/// A word cut where it is wider than the line.
fn pieces(word: &str, size: f64, room: f64) -> Vec<String> {
    if width(word, size) <= room {
        return vec![word.to_owned()];
    }
    let mut out = vec![String::new()];
    let mut used = 0.0;
    for character in word.chars() {
        let advance = advance(character) * size;
        if used + advance > room
            && let Some(last) = out.last()
            && !last.is_empty()
        {
            out.push(String::new());
            used = 0.0;
        }
        used += advance;
        if let Some(last) = out.last_mut() {
            last.push(character);
        }
    }
    out
}

/// Widths in ems, by families of letters of Arial and its like.
fn advance(character: char) -> f64 {
    match character {
        '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200F}' => 0.0,
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ';' | ':' | '\'' | '|' | '!' | 'ì' | 'í' | 'ỉ'
        | 'ĩ' | 'ị' => 0.27,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' => 0.87,
        _ if ('\u{1100}'..='\u{11FF}').contains(&character) || character >= '\u{2E80}' => 1.0,
        _ if character.is_uppercase() => 0.70,
        _ => 0.56,
    }
}
