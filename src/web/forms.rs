//! Forms that lose nothing: what was typed comes back with each error at its field and a summary on top.

/// One thing wrong with one field, as a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name; the summary links to `#f-<field>`.
    pub field: String,
    pub message: String,
}

/// A form as the page shows it: where it goes, what is in it, what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The address of the `POST`.
    pub action: String,
    /// Made when the page was made; the same key twice is the same act once (double press).
    pub key: String,
    /// What the reader saw: the version or state the act is based on; another one then is a stale form.
    pub version: String,
    /// When a draft of this form was last kept, already written, e.g. `09:10`.
    pub saved_at: Option<String>,
    pub errors: Vec<FieldError>,
    values: Vec<(String, String)>,
}

impl Form {
    /// The name of the hidden field with the key of the act.
    pub const KEY: &str = "act_key";
    /// The name of the hidden field with the version seen.
    pub const VERSION: &str = "seen_version";

    #[must_use]
    pub fn new(action: &str, key: &str, version: &str) -> Self {
        Self {
            action: action.to_owned(),
            key: key.to_owned(),
            version: version.to_owned(),
            ..Self::default()
        }
    }

    /// The form as it was sent, to be shown again; the two hidden fields are taken out of the pairs.
    #[must_use]
    pub fn sent(action: &str, pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::new(action, "", "");
        for (name, value) in pairs {
            match name.as_str() {
                Self::KEY => form.key = value,
                Self::VERSION => form.version = value,
                _ => form.values.push((name, value)),
            }
        }
        form
    }

    /// Puts a value in, in place of what the field had.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.retain(|(n, _)| n != name);
        self.values.push((name.to_owned(), value.into()));
    }

    /// Puts one more value into a field that may come several times.
    pub fn also(&mut self, name: &str, value: impl Into<String>) {
        self.values.push((name.to_owned(), value.into()));
    }

    /// Says what is wrong with a field.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// What is typed in a field; empty where nothing is.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, value)| value)
    }

    /// All values of a field that may come several times (checkboxes).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a choice of a field is taken.
    #[must_use]
    pub fn chosen(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|v| v == value)
    }

    /// The sentence at a field.
    #[must_use]
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|e| e.field == name)
            .map(|e| e.message.as_str())
    }

    #[must_use]
    pub fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_comes_back_and_the_hidden_fields_are_taken_out() {
        let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        let mut form = Form::sent(
            "/x",
            vec![
                pair(Form::KEY, "k1"),
                pair(Form::VERSION, "7"),
                pair("unit", "a"),
                pair("unit", "b"),
                pair("remark", "chưa rõ"),
            ],
        );
        assert_eq!((form.key.as_str(), form.version.as_str()), ("k1", "7"));
        assert_eq!(form.value("remark"), "chưa rõ");
        assert_eq!(form.value("other"), "");
        assert!(form.chosen("unit", "b") && !form.chosen("unit", "c"));
        assert!(!form.is_refused());
        form.refuse("remark", "Ghi lý do.");
        assert_eq!(form.error("remark"), Some("Ghi lý do."));
        assert_eq!(form.error("unit"), None);
        form.set("unit", "c");
        assert_eq!(form.all("unit").collect::<Vec<_>>(), ["c"]);
    }
}
