//! Emphasis and escapes inside a Markdown paragraph.

/// A paragraph's characters with their emphasis.
#[derive(Default)]
pub(crate) struct Run {
    glyphs: Vec<Glyph>,
}

/// One printed line of a paragraph.
pub(crate) struct Line {
    pub text: String,
    /// Every visible character is bold.
    pub bold: bool,
    pub italic: bool,
}

#[derive(Clone, Copy)]
struct Glyph {
    c: char,
    bold: bool,
    italic: bool,
}

impl Run {
    pub(crate) fn plain(text: &str) -> Self {
        Self {
            glyphs: text
                .chars()
                .map(|c| Glyph {
                    c,
                    bold: false,
                    italic: false,
                })
                .collect(),
        }
    }

    /// Adds text with one emphasis.
    pub(crate) fn push(&mut self, text: &str, bold: bool, italic: bool) {
        self.glyphs
            .extend(text.chars().map(|c| Glyph { c, bold, italic }));
    }

    pub(crate) fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.c).collect()
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.glyphs
            .split(|glyph| glyph.c == '\n')
            .map(|part| {
                let visible = || part.iter().filter(|glyph| !glyph.c.is_whitespace());
                let some = visible().next().is_some();
                Line {
                    text: part.iter().map(|glyph| glyph.c).collect(),
                    bold: some && visible().all(|glyph| glyph.bold),
                    italic: some && visible().all(|glyph| glyph.italic),
                }
            })
            .collect()
    }
}

enum Token {
    Char(char),
    /// A run of `*` or `_` that may open or close an emphasis.
    Marks {
        mark: char,
        count: usize,
        opens: bool,
        closes: bool,
    },
}

/// Reads escapes, the common entities and emphasis; marks without a partner stay as text.
pub(crate) fn parse(raw: &str) -> Run {
    let tokens = tokens(raw);
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(raw.len());
    // Open marks: where their text begins in `glyphs`, which mark, how many are unmatched.
    let mut open: Vec<(usize, char, usize)> = Vec::new();
    for token in tokens {
        match token {
            Token::Char(c) => glyphs.push(Glyph {
                c,
                bold: false,
                italic: false,
            }),
            Token::Marks {
                mark,
                mut count,
                opens,
                closes,
            } => {
                while closes && count > 0 {
                    let Some(at) = open.iter().rposition(|(_, m, _)| *m == mark) else {
                        break;
                    };
                    unwind(&mut open, at + 1, &mut glyphs);
                    let Some((start, _, available)) = open.pop() else {
                        break;
                    };
                    let used =
                        count
                            .min(available)
                            .min(if count >= 2 && available >= 2 { 2 } else { 1 });
                    for glyph in &mut glyphs[start..] {
                        if used == 2 {
                            glyph.bold = true;
                        } else {
                            glyph.italic = true;
                        }
                    }
                    count -= used;
                    if available > used {
                        open.push((start, mark, available - used));
                    }
                }
                if count > 0 && opens {
                    open.push((glyphs.len(), mark, count));
                } else {
                    for _ in 0..count {
                        glyphs.push(Glyph {
                            c: mark,
                            bold: false,
                            italic: false,
                        });
                    }
                }
            }
        }
    }
    unwind(&mut open, 0, &mut glyphs);
    Run { glyphs }
}

/// Puts marks that found no partner back into the text.
fn unwind(open: &mut Vec<(usize, char, usize)>, keep: usize, glyphs: &mut Vec<Glyph>) {
    while open.len() > keep {
        if let Some((start, mark, count)) = open.pop() {
            for _ in 0..count {
                glyphs.insert(
                    start,
                    Glyph {
                        c: mark,
                        bold: false,
                        italic: false,
                    },
                );
            }
        }
    }
}

fn tokens(raw: &str) -> Vec<Token> {
    let chars: Vec<char> = raw.chars().collect();
    let mut tokens = Vec::with_capacity(chars.len());
    let mut index = 0;
    while let Some(&c) = chars.get(index) {
        match c {
            '\\' if chars.get(index + 1).is_some_and(char::is_ascii_punctuation) => {
                tokens.push(Token::Char(chars[index + 1]));
                index += 2;
            }
            '*' | '_' => {
                let count = chars[index..]
                    .iter()
                    .take_while(|other| **other == c)
                    .count();
                let before = index.checked_sub(1).and_then(|i| chars.get(i)).copied();
                let after = chars.get(index + count).copied();
                let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
                let inside_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let opens = !blank(after) && (c == '*' || !inside_word(before));
                let closes = !blank(before) && (c == '*' || !inside_word(after));
                tokens.push(Token::Marks {
                    mark: c,
                    count,
                    opens,
                    closes,
                });
                index += count;
            }
            '&' => {
                let (entity, len) = entity(&chars[index..]);
                tokens.push(Token::Char(entity));
                index += len;
            }
            other => {
                tokens.push(Token::Char(other));
                index += 1;
            }
        }
    }
    tokens
}

fn entity(rest: &[char]) -> (char, usize) {
    for (name, c) in [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", ' '),
        ("&quot;", '"'),
    ] {
        if rest.iter().take(name.len()).collect::<String>() == name {
            return (c, name.len());
        }
    }
    ('&', 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> Vec<(String, bool, bool)> {
        parse(raw)
            .lines()
            .into_iter()
            .map(|line| (line.text, line.bold, line.italic))
            .collect()
    }

    #[test]
    fn emphasis_over_a_forced_break_holds_for_both_lines() {
        assert_eq!(
            shown("**a\nb**"),
            [("a".into(), true, false), ("b".into(), true, false)]
        );
        assert_eq!(shown("***a***"), [("a".into(), true, true)]);
        assert_eq!(
            shown("**Điều 1.** abc"),
            [("Điều 1. abc".into(), false, false)]
        );
    }

    #[test]
    fn lonely_marks_and_escapes_stay_text() {
        assert_eq!(
            shown("2 * 3 \\* 4 snake_case_x"),
            [("2 * 3 * 4 snake_case_x".into(), false, false)]
        );
        assert_eq!(shown("*a"), [("*a".into(), false, false)]);
        assert_eq!(shown("a &amp; b & c"), [("a & b & c".into(), false, false)]);
    }
}
