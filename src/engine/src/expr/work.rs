//! How much work an expression may be, known before it is done.
//!
//! CEL always ends, but not soon: `l.map(a, l.map(b, l.map(c, 1)))` over a thousand items takes a thousand million turns, and
//! `l.map(a, l)` makes as many values as `l` has, squared. So the expression is walked once with the sizes of its variables in
//! place of their values; each step counts with the size that its operands can have at most, as often as it can be done at most.

use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use serde_json::Value;

/// The most work of one evaluation; some seconds and some hundred megabytes at the very worst.
pub(super) const MAX_WORK: u64 = 20_000_000;

/// Calls whose value is a number or a truth, whatever they are given.
const SCALAR: &[&str] = &[
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::LESS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::GREATER_EQUALS,
    operators::SUBSTRACT,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::NEGATE,
    operators::IN,
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "double",
];

/// The most that a value can be. One unit is a number, a truth, a list without its items, or 64 bytes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    size: u64,
    /// How many items it has.
    count: u64,
    /// The size of the largest of them.
    item: u64,
}

impl Bound {
    const ONE: Self = Self {
        size: 1,
        count: 0,
        item: 0,
    };

    fn text(bytes: usize) -> Self {
        Self {
            size: 1 + bytes as u64 / 64,
            ..Self::ONE
        }
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::text(text.len()),
            Value::Array(items) => items
                .iter()
                .fold(Self::ONE, |list, item| list.with(Self::of(item))),
            Value::Object(fields) => fields.iter().fold(Self::ONE, |map, (name, value)| {
                let entry = Self::text(name.len()).beside(Self::of(value));
                map.with(entry)
            }),
            _ => Self::ONE,
        }
    }

    /// With one item more.
    fn with(self, item: Self) -> Self {
        Self {
            size: self.size.saturating_add(item.size),
            count: self.count + 1,
            item: self.item.max(item.size),
        }
    }

    /// The two joined, or one of the two.
    fn beside(self, other: Self) -> Self {
        Self {
            size: self.size.saturating_add(other.size),
            count: self.count.saturating_add(other.count),
            item: self.item.max(other.item),
        }
    }

    /// An item of it, or something inside one: all that is known is its size.
    fn inside(self) -> Self {
        let size = self.item.max(1);
        Self {
            size,
            count: size,
            item: size,
        }
    }

    /// So many of it joined.
    fn times(self, times: u64) -> Self {
        Self {
            size: self.size.saturating_mul(times),
            count: self.count.saturating_mul(times),
            item: self.item,
        }
    }
}

/// Whether an expression can be evaluated with these values in reasonable time and memory.
pub(super) fn is_bounded<'a>(
    expr: &'a IdedExpr,
    values: impl Iterator<Item = (&'a str, &'a Value)>,
) -> bool {
    let mut walk = Walk {
        names: values
            .map(|(name, value)| (name, Bound::of(value)))
            .collect(),
        work: 0,
    };
    walk.visit(expr, 1);
    walk.work <= MAX_WORK
}

struct Walk<'a> {
    /// What is in sight, the innermost last.
    names: Vec<(&'a str, Bound)>,
    work: u64,
}

impl<'a> Walk<'a> {
    /// What an expression gives at most, evaluated so many times.
    fn visit(&mut self, expr: &'a IdedExpr, times: u64) -> Bound {
        match &expr.expr {
            Expr::Ident(name) => {
                let known = self.names.iter().rev().find(|(known, _)| known == name);
                known.map_or(Bound::ONE, |(_, bound)| *bound)
            }
            Expr::Literal(LiteralValue::String(text)) => Bound::text(text.inner().len()),
            Expr::Literal(LiteralValue::Bytes(bytes)) => Bound::text(bytes.inner().len()),
            Expr::Literal(_) | Expr::Unspecified => Bound::ONE,
            Expr::Select(select) => self.visit(&select.operand, times).inside(),
            Expr::List(list) => {
                let mut made = Bound::ONE;
                for item in &list.elements {
                    made = made.with(self.visit(item, times));
                }
                self.count(made.size, times);
                made
            }
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr), times),
            Expr::Struct(made) => self.entries(made.entries.iter().map(|entry| &entry.expr), times),
            Expr::Call(call) => {
                let mut given = Bound::ONE;
                let mut first = None;
                for operand in call.target.as_deref().into_iter().chain(&call.args) {
                    let bound = self.visit(operand, times);
                    first.get_or_insert(bound);
                    given = given.beside(bound);
                }
                if call.func_name == operators::INDEX {
                    return first.unwrap_or(Bound::ONE).inside();
                }
                self.count(given.size, times);
                if SCALAR.contains(&call.func_name.as_str()) {
                    Bound::ONE
                } else {
                    given
                }
            }
            Expr::Comprehension(loops) => self.comprehension(loops, times),
        }
    }

    fn entries(&mut self, entries: impl Iterator<Item = &'a EntryExpr>, times: u64) -> Bound {
        let mut made = Bound::ONE;
        for entry in entries {
            let bound = match entry {
                EntryExpr::MapEntry(entry) => {
                    let key = self.visit(&entry.key, times);
                    key.beside(self.visit(&entry.value, times))
                }
                EntryExpr::StructField(field) => self.visit(&field.value, times),
            };
            made = made.with(bound);
        }
        self.count(made.size, times);
        made
    }

    fn comprehension(&mut self, loops: &'a ComprehensionExpr, times: u64) -> Bound {
        let range = self.visit(&loops.iter_range, times);
        let before = self.visit(&loops.accu_init, times);
        let outside = self.names.len();
        self.names.push((&loops.iter_var, range.inside()));
        if let Some(second) = &loops.iter_var2 {
            self.names.push((second, range.inside()));
        }
        self.names.push((&loops.accu_var, before));
        let turns = times.saturating_mul(range.count);
        self.count(range.item.max(1), turns);
        self.visit(&loops.loop_cond, turns);
        let step = self.visit(&loops.loop_step, turns);
        self.names.truncate(outside);
        let gathered = before.beside(step.times(range.count));
        self.names.push((&loops.accu_var, gathered));
        let result = self.visit(&loops.result, times);
        self.names.truncate(outside);
        result
    }

    fn count(&mut self, work: u64, times: u64) {
        self.work = self.work.saturating_add(work.saturating_mul(times));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_bounded;

    fn bounded(source: &str, list: &Value) -> bool {
        let program = cel::Program::compile(source).unwrap();
        is_bounded(program.expression(), [("l", list)].into_iter())
    }

    fn numbers(count: u64) -> Value {
        (0..count).collect()
    }

    #[test]
    fn what_goes_over_a_list_once_may_be_long_and_what_multiplies_may_not() {
        let (some, many) = (numbers(1_000), numbers(200_000));
        for once in [
            "size(l) > 3",
            "l.map(x, x + 1)",
            "l.filter(x, x % 2 == 0).map(x, x * 2).exists(x, x == 7)",
            "l.all(x, x >= 0) && l.exists_one(x, x == 5)",
            "l[0] + l[1] == 1",
        ] {
            assert!(bounded(once, &many), "{once}");
        }
        for squared in [
            "l.filter(x, !(x in l))",
            "l.exists(x, l.exists(y, x + y == 7))",
        ] {
            assert!(bounded(squared, &some), "{squared}");
            assert!(!bounded(squared, &many), "{squared}");
        }
        assert!(bounded("l.map(a, l.map(b, l.map(c, 1)))", &numbers(50)));
        for worse in [
            "l.map(a, l.map(b, l.map(c, 1)))",
            "l.map(a, l.map(b, l))",
            "l.map(a, l + l).map(b, b + b).map(c, c + c).map(d, d.map(e, l))",
            "l.map(a, {'x': l, 'y': l}).map(b, [b, b, b, b, b, b, b, b, b, b])",
        ] {
            assert!(!bounded(worse, &some), "{worse}");
            assert!(bounded(worse, &numbers(9)), "{worse}");
        }
    }

    #[test]
    fn a_list_of_units_with_their_reports_may_be_searched() {
        let reports =
            json!([{"year": 2023, "quarter": 1, "late": false, "text": "x".repeat(2_000)}]);
        let units: Value = (0..700)
            .map(|unit| json!({"id": format!("{unit:036}"), "reports": reports}))
            .collect();
        assert!(bounded(
            "l.filter(u, u.reports.exists(r, r.late && r.quarter == 1)).map(u, u.id)",
            &units
        ));
    }

    #[test]
    fn long_texts_count_too() {
        let text = json!("x".repeat(2_000_000));
        assert!(bounded("l + l", &text));
        assert!(!bounded(&vec!["l"; 100].join("+"), &text));
    }
}
