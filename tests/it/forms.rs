//! The forms of a page, filled as a browser lets people fill them: only fields, answers and buttons that are there.

/// A form as it would be sent now.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The address to which it is sent.
    pub action: String,
    /// Names and values in the order of the page.
    pub values: Vec<(String, String)>,
    /// Names of fields that are typed into.
    typed: Vec<String>,
    /// Answers to choose from: name, value, words beside it, whether one excludes the others.
    answers: Vec<(String, String, String, bool)>,
    /// Values of the buttons that say which act is meant.
    buttons: Vec<String>,
    file_field: String,
}

impl Filled {
    /// Types into a field, in place of what stands in it.
    pub fn set(&mut self, name: &str, value: &str) {
        assert!(
            self.typed.iter().any(|known| known == name),
            "{} has no field {name}: {:?}",
            self.action,
            self.typed
        );
        // In its place: a browser sends the fields in the order of the page.
        for (known, old) in &mut self.values {
            if known == name {
                value.clone_into(old);
            }
        }
    }

    /// Takes one of the answers, by its value or by the words beside it.
    pub fn choose(&mut self, name: &str, answer: &str) {
        let found = self
            .answers
            .iter()
            .find(|(known, value, words, _)| known == name && (value == answer || words == answer));
        let Some((_, value, _, exclusive)) = found else {
            panic!(
                "{} does not offer {answer} for {name}: {:?}",
                self.action, self.answers
            );
        };
        let pair = (name.to_owned(), value.clone());
        if *exclusive {
            self.values.retain(|(known, _)| known != name);
        }
        if !self.values.contains(&pair) {
            self.values.push(pair);
        }
    }

    /// Takes back the marks of a box.
    pub fn unmark(&mut self, name: &str) {
        assert!(self.answers.iter().any(|(known, ..)| known == name));
        self.values.retain(|(known, _)| known != name);
    }

    /// Presses the button that means this act.
    pub fn by(mut self, act: &str) -> Self {
        assert!(
            self.buttons.iter().any(|known| known == act),
            "{} has no button {act}: {:?}",
            self.action,
            self.buttons
        );
        self.values.push(("do".to_owned(), act.to_owned()));
        self
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Names of typed fields that begin so.
    pub fn fields(&self, start: &str) -> Vec<String> {
        self.typed
            .iter()
            .filter(|name| name.starts_with(start))
            .cloned()
            .collect()
    }

    /// The field for a file.
    pub fn file_field(&self) -> &str {
        assert!(
            !self.file_field.is_empty(),
            "{} asks for no file",
            self.action
        );
        &self.file_field
    }

    /// As it goes over the wire.
    pub fn body(&self) -> String {
        serde_urlencoded::to_string(&self.values).expect("a form")
    }
}

/// The forms of a page that are sent by `POST`.
pub fn forms(page: &str) -> Vec<Filled> {
    page.split("<form ")
        .skip(1)
        .map(|rest| rest.split("</form>").next().unwrap_or_default())
        .filter(|form| {
            form.split('>')
                .next()
                .is_some_and(|head| attribute(head, "method") == "post")
        })
        .map(form)
        .collect()
}

fn form(text: &str) -> Filled {
    let mut form = Filled::default();
    let mut tags = text.split('<');
    let head = tags.next().unwrap_or_default();
    form.action = attribute(head, "action");
    let mut select = String::new();
    for tag in tags {
        let (head, inside) = tag.split_once('>').unwrap_or((tag, ""));
        let (kind, name, value) = (
            head.split_whitespace().next().unwrap_or_default(),
            attribute(head, "name"),
            attribute(head, "value"),
        );
        match kind {
            "input" => input(&mut form, head, name, value),
            "textarea" => {
                let text = unescaped(inside.strip_prefix('\n').unwrap_or(inside));
                form.typed.push(name.clone());
                form.values.push((name, text));
            }
            "select" => select = name,
            "option" => {
                if head.contains(" selected") || !form.values.iter().any(|(n, _)| *n == select) {
                    form.values.retain(|(known, _)| *known != select);
                    form.values.push((select.clone(), value.clone()));
                }
                let words = unescaped(inside.trim());
                form.answers.push((select.clone(), value, words, true));
            }
            // The words beside the answer before it.
            "label" => {
                if let Some(answer) = form.answers.last_mut().filter(|answer| answer.2.is_empty()) {
                    answer.2 = unescaped(inside.trim());
                }
            }
            "button" if name == "do" => form.buttons.push(value),
            _ => {}
        }
    }
    form
}

fn input(form: &mut Filled, head: &str, name: String, value: String) {
    match attribute(head, "type").as_str() {
        kind @ ("radio" | "checkbox") => {
            if head.contains(" checked") {
                form.values.push((name.clone(), value.clone()));
            }
            form.answers
                .push((name, value, String::new(), kind == "radio"));
        }
        "hidden" => form.values.push((name, value)),
        "file" => form.file_field = name,
        _ => {
            form.typed.push(name.clone());
            form.values.push((name, value));
        }
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let mark = format!("{name}=\"");
    tag.match_indices(&mark)
        .find(|(at, _)| *at == 0 || tag[..*at].ends_with(' '))
        .and_then(|(at, _)| tag[at + mark.len()..].split('"').next())
        .map(unescaped)
        .unwrap_or_default()
}

/// Text as it is read, without the escapes of the markup.
pub fn unescaped(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
