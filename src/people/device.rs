//! What a browser calls itself, in words by which its owner knows it again.

/// Marks in a browser's own description, the special before what it claims to be as well.
const BROWSERS: &[(&str, &str)] = &[
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// As [`BROWSERS`]: a phone also says Linux or Mac OS.
const SYSTEMS: &[(&str, &str)] = &[
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
/// So many letters of a description that none of the marks explains.
const LETTERS: usize = 40;

/// `Chrome, Windows` for what stands in the header `User-Agent`.
#[must_use]
pub fn name(user_agent: &str) -> String {
    let found = |marks: &[(&str, &'static str)]| {
        marks
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let known: Vec<&str> = [found(BROWSERS), found(SYSTEMS)]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        user_agent.chars().take(LETTERS).collect()
    } else {
        known.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn browsers_are_called_as_their_owners_call_them() {
        for (agent, called) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/95.0 Chrome/89.0 Safari/537.36",
                "Cốc Cốc, Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; rv:52.0) Gecko/20100101 Firefox/52.0",
                "Firefox, Windows",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", ""),
        ] {
            assert_eq!(name(agent), called);
        }
    }
}
