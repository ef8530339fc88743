//! Expressions: CEL, compiled once, bounded in size, depth and work, without I/O.

mod work;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::objects::{Key, Map};
use serde_json::Value;

/// The longest expression that is compiled, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4_096;
/// The deepest nesting of brackets in an expression.
pub const MAX_EXPRESSION_DEPTH: usize = 32;
/// The most operators and other symbols outside of texts in an expression.
const MAX_EXPRESSION_SYMBOLS: usize = 500;
/// Up to here an expression fits on any thread's stack, even in an unoptimised build.
const SHALLOW: Size = Size {
    depth: 4,
    symbols: 20,
};
/// The stack for the others: more than the deepest and longest expression needs in an unoptimised build.
const ROOMY_STACK_BYTES: usize = 96 * 1024 * 1024;
/// The longest text, list or mapping that an expression may produce, in nodes and bytes together.
const MAX_VALUE_SIZE: usize = 4_000_000;

static ENVIRONMENT: LazyLock<Arc<cel::Env>> = LazyLock::new(|| Arc::new(cel::Env::stdlib()));

/// A compiled expression; one that could not be compiled says why whenever it is evaluated.
#[derive(Clone)]
pub struct Expr {
    source: String,
    code: Result<Arc<Code>, String>,
}

struct Code {
    program: cel::Program,
    names: Vec<String>,
    size: Size,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    depth: usize,
    symbols: usize,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq)]
pub enum EvalError<N> {
    /// Variables are needed that are not loaded.
    Need(N),
    /// The expression itself fails; the sentence says how.
    Failed(String),
}

impl Expr {
    /// Compiles `source`, with or without a leading `=` or a surrounding `${…}` or `#{…}`.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let bare = strip(source);
        Self {
            source: bare.to_owned(),
            code: compile(bare).map(Arc::new),
        }
    }

    /// An expression in another language: kept for the record, fails when evaluated.
    #[must_use]
    pub fn foreign(source: &str, language: &str) -> Self {
        Self {
            source: source.to_owned(),
            code: Err(format!(
                "the expression language '{language}' is not supported"
            )),
        }
    }

    /// The text without its wrapping.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Why it cannot be compiled, if so.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.code.as_ref().err().map(String::as_str)
    }

    /// The names of the variables that it mentions.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.code.as_ref().map_or(&[], |code| &code.names)
    }

    /// The value, with variables from `lookup`; a name for which it gives `None` is an error when it is reached.
    ///
    /// # Errors
    /// What `lookup` answers as an error, or a sentence on what failed.
    pub fn evaluate<'v, N>(
        &self,
        mut lookup: impl FnMut(&str) -> Result<Option<std::borrow::Cow<'v, Value>>, N>,
    ) -> Result<Value, EvalError<N>> {
        let code = self
            .code
            .as_ref()
            .map_err(|problem| EvalError::Failed(format!("'{}': {problem}", self.source)))?;
        let mut values = Vec::with_capacity(code.names.len());
        for name in &code.names {
            if let Some(value) = lookup(name).map_err(EvalError::Need)? {
                values.push((name, value));
            }
        }
        let failed = |problem: String| EvalError::Failed(format!("'{}': {problem}", self.source));
        let execute = || {
            let known = values.iter();
            if !work::is_bounded(
                code.program.expression(),
                known.map(|(name, value)| (name.as_str(), value.as_ref())),
            ) {
                return Err("the work would be too much for the length of its lists".to_owned());
            }
            let mut context = cel::Context::with_env(Arc::clone(&ENVIRONMENT));
            for (name, value) in &values {
                context.add_variable_from_value(name.as_str(), to_cel(value));
            }
            let value = code
                .program
                .execute(&context)
                .map_err(|error| error.to_string())?;
            value.json().map_err(|error| error.to_string())
        };
        let json = with_room(code.size, execute).map_err(failed)?;
        if size(&json) > MAX_VALUE_SIZE {
            return Err(failed("the value is too large".to_owned()));
        }
        Ok(json)
    }
}

impl std::fmt::Debug for Expr {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Expr({:?})", self.source)
    }
}

/// The expression without a leading `=` or a surrounding `${…}` or `#{…}`.
#[must_use]
pub fn strip(source: &str) -> &str {
    let source = source.trim();
    if let Some(rest) = source.strip_prefix('=')
        && !rest.starts_with('=')
    {
        return rest.trim();
    }
    if let Some(inner) = source
        .strip_prefix("${")
        .or_else(|| source.strip_prefix("#{"))
        && let Some(inner) = inner.strip_suffix('}')
    {
        return inner.trim();
    }
    source
}

/// One assignment of a script.
#[derive(Debug, Clone)]
pub struct Assignment {
    pub name: String,
    pub value: Expr,
}

/// Reads a script: assignments `name = expression`, one a line or separated by `;`. Lines of `//` are comments.
///
/// # Errors
/// A sentence naming the statement that is not an assignment, or whose expression does not compile.
pub fn script(text: &str) -> Result<Vec<Assignment>, String> {
    let mut assignments = Vec::new();
    for statement in statements(text) {
        let Some((name, value)) = assignment(statement) else {
            return Err(format!(
                "'{statement}' is not an assignment 'name = expression'"
            ));
        };
        let value = Expr::new(value);
        if let Some(problem) = value.problem() {
            return Err(format!("'{statement}': {problem}"));
        }
        assignments.push(Assignment {
            name: name.to_owned(),
            value,
        });
    }
    Ok(assignments)
}

fn assignment(statement: &str) -> Option<(&str, &str)> {
    let (name, value) = statement.split_once('=')?;
    let name = name.trim();
    let first = name.chars().next()?;
    let good = (first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (good && !value.starts_with('=') && !value.trim().is_empty()).then(|| (name, value.trim()))
}

/// Splits at `;` and line ends that are outside of texts and brackets.
fn statements(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_i32, None, false);
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                ';' | '\n' if depth <= 0 => {
                    parts.push(&text[start..at]);
                    start = at + c.len_utf8();
                }
                _ => {}
            },
        }
    }
    parts.push(&text[start..]);
    parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.starts_with("//"))
        .collect()
}

fn compile(source: &str) -> Result<Code, String> {
    if source.is_empty() {
        return Err("the expression is empty".to_owned());
    }
    let size = bounded(source)?;
    let program = with_room(size, || {
        cel::Program::compile(source).map_err(|errors| {
            let first = errors.errors.first();
            first.map_or_else(
                || errors.to_string(),
                |first| {
                    format!(
                        "{} (line {}, column {})",
                        first.msg, first.pos.0, first.pos.1
                    )
                },
            )
        })
    })?;
    let mut names: Vec<String> = program
        .references()
        .variables()
        .into_iter()
        .map(str::to_owned)
        .collect();
    names.sort();
    Ok(Code {
        program,
        names,
        size,
    })
}

/// Runs the recursive work of a deep or long expression on a stack that is large enough for it.
fn with_room<T: Send>(
    size: Size,
    work: impl FnOnce() -> Result<T, String> + Send,
) -> Result<T, String> {
    if size.depth <= SHALLOW.depth && size.symbols <= SHALLOW.symbols {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(ROOMY_STACK_BYTES)
            .spawn_scoped(scope, work);
        let thread = thread.map_err(|error| format!("there is no room to evaluate it: {error}"))?;
        thread
            .join()
            .map_err(|_| "the evaluation broke down".to_owned())?
    })
}

/// The parser and the interpreter recurse, so length and depth are bounded before they see the text.
fn bounded(source: &str) -> Result<Size, String> {
    if source.len() > MAX_EXPRESSION_BYTES {
        return Err(format!(
            "the expression is longer than {MAX_EXPRESSION_BYTES} bytes"
        ));
    }
    let (mut depth, mut deepest, mut symbols, mut run, mut quote, mut escaped) =
        (0_usize, 0, 0, 0, None, false);
    for c in source.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => {
                if c.is_ascii_punctuation() && c != '_' {
                    symbols += 1;
                }
                run = if matches!(c, '!' | '-') { run + 1 } else { 0 };
                deepest = deepest.max(run);
                match c {
                    '"' | '\'' => quote = Some(c),
                    '(' | '[' | '{' | '?' => {
                        depth += 1;
                        deepest = deepest.max(depth);
                    }
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    if deepest > MAX_EXPRESSION_DEPTH {
        return Err(format!(
            "the expression is nested deeper than {MAX_EXPRESSION_DEPTH}"
        ));
    }
    if symbols > MAX_EXPRESSION_SYMBOLS {
        return Err(format!(
            "the expression has more than {MAX_EXPRESSION_SYMBOLS} operators and brackets"
        ));
    }
    Ok(Size {
        depth: deepest,
        symbols,
    })
}

/// JSON integers become Int: CEL does not add a UInt and an Int.
fn to_cel(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(int) => cel::Value::Int(int),
            None => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Array(items) => cel::Value::List(Arc::new(items.iter().map(to_cel).collect())),
        Value::Object(fields) => {
            let map: HashMap<Key, cel::Value> = fields
                .iter()
                .map(|(name, value)| (Key::String(Arc::new(name.clone())), to_cel(value)))
                .collect();
            cel::Value::Map(Map { map: Arc::new(map) })
        }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 1,
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Object(fields) => {
            fields
                .iter()
                .map(|(name, value)| name.len() + size(value))
                .sum::<usize>()
                + 1
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::borrow::Cow;

    fn value(source: &str, vars: &Value) -> Result<Value, EvalError<()>> {
        Expr::new(source).evaluate(|name| Ok::<_, ()>(vars.get(name).map(Cow::Borrowed)))
    }

    #[test]
    fn evaluates_with_and_without_wrapping() {
        let vars = json!({"count": 2, "o": {"due": "x"}});
        assert_eq!(value("count + 1", &vars), Ok(json!(3)));
        assert_eq!(value("= count == 2", &vars), Ok(json!(true)));
        assert_eq!(value("${count > 2}", &vars), Ok(json!(false)));
        assert_eq!(value("o.due", &vars), Ok(json!("x")));
    }

    #[test]
    fn a_missing_name_fails_and_division_by_zero_fails() {
        assert!(matches!(
            value("nothing == 1", &json!({})),
            Err(EvalError::Failed(_))
        ));
        assert!(matches!(
            value("1 / 0", &json!({})),
            Err(EvalError::Failed(_))
        ));
    }

    #[test]
    fn scripts_are_assignments() {
        let assignments =
            script("count = count + 1; name = 'a;b'\n// note\nlist = [1,\n2]").unwrap();
        assert_eq!(
            assignments
                .iter()
                .map(|a| a.name.as_str())
                .collect::<Vec<_>>(),
            ["count", "name", "list"]
        );
        assert!(script("").unwrap().is_empty());
        assert!(script("count == 1").is_err());
        assert!(script("println(1)").is_err());
    }

    #[test]
    fn depth_and_length_are_bounded_before_parsing() {
        let deep = format!(
            "{}1{}",
            "(".repeat(MAX_EXPRESSION_DEPTH + 1),
            ")".repeat(MAX_EXPRESSION_DEPTH + 1)
        );
        assert!(
            Expr::new(&deep)
                .problem()
                .is_some_and(|p| p.contains("nested"))
        );
        let deepest = format!(
            "{}1{}",
            "(".repeat(MAX_EXPRESSION_DEPTH),
            ")".repeat(MAX_EXPRESSION_DEPTH)
        );
        assert_eq!(value(&deepest, &json!({})), Ok(json!(1)));
        assert!(Expr::new(&"!".repeat(600)).problem().is_some());
        let long = vec!["1"; 190].join("+");
        assert_eq!(value(&long, &json!({})), Ok(json!(190)));
        assert!(Expr::new(&"1+".repeat(3000)).problem().is_some());
    }
}
