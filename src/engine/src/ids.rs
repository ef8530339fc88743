//! What scopes, tasks and timers are called: paths of running numbers.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// The path of a scope: the parent's path, a dot, and the parent's own running number. The process itself is `0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeId {
    /// See [`sorting_key`].
    key: u64,
    path: SmolStr,
}

impl ScopeId {
    #[must_use]
    pub fn root() -> Self {
        Self::new(SmolStr::new_static("0"))
    }

    /// Reads the printed form.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        path.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| Self::new(SmolStr::new(path)))
    }

    fn new(path: SmolStr) -> Self {
        let key = sorting_key(&path);
        Self { key, path }
    }

    #[must_use]
    pub fn child(&self, number: u64) -> Self {
        Self::new(format_smolstr!("{}.{number}", self.path))
    }

    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.path.rsplit_once('.')?;
        let path = SmolStr::new(parent);
        let key = parent_key(self.key).unwrap_or_else(|| sorting_key(&path));
        Some(Self { key, path })
    }

    /// Whether it is the other one or lies inside it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.path
            .strip_prefix(other.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The scope itself, its parent, and so on outward.
    pub fn outward(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// The running number that the parent gave; 0 for the process itself.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.path
            .rsplit_once('.')
            .and_then(|(_, number)| number.parse().ok())
            .unwrap_or(0)
    }
}

/// The beginning of a path, written so that it sorts as the path does: each number as the count of its bytes and one, then
/// its bytes. It decides nearly every comparison; a large round is searched with many of them.
fn sorting_key(path: &str) -> u64 {
    let mut key = [0; 8];
    let mut free = key.iter_mut();
    for part in path.split('.') {
        let number = part.parse().unwrap_or(u64::MAX).to_be_bytes();
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let length = 9 - zeros as u8;
        for byte in std::iter::once(length).chain(number.into_iter().skip(zeros)) {
            match free.next() {
                Some(place) => *place = byte,
                None => return u64::from_be_bytes(key),
            }
        }
    }
    u64::from_be_bytes(key)
}

/// The key without its last number; none when the key may be cut off.
fn parent_key(key: u64) -> Option<u64> {
    let bytes = key.to_be_bytes();
    let (mut last, mut end) = (0, 0);
    loop {
        match bytes.get(end)? {
            0 => break,
            length => {
                last = end;
                end += usize::from(*length);
            }
        }
    }
    let kept = 64 - 8 * u32::try_from(last).ok()?;
    Some(u64::MAX.checked_shl(kept).unwrap_or(0) & key)
}

impl Ord for ScopeId {
    /// By numbers, not by letters: `0.2` before `0.10`.
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| {
            if self.path == other.path {
                Ordering::Equal
            } else {
                by_numbers(&self.path, &other.path)
            }
        })
    }
}

/// Compares paths whose keys are cut off at the same place.
fn by_numbers(mine: &str, theirs: &str) -> Ordering {
    let (mine, theirs) = (mine.as_bytes(), theirs.as_bytes());
    let Some(differs) = mine.iter().zip(theirs).position(|(a, b)| a != b) else {
        return mine.len().cmp(&theirs.len());
    };
    // Without leading zeros the longer number is the greater one.
    let digits = |path: &[u8]| {
        path[differs..]
            .iter()
            .take_while(|byte| **byte != b'.')
            .count()
    };
    let longer = digits(mine).cmp(&digits(theirs));
    longer.then_with(|| mine[differs].cmp(&theirs[differs]))
}

impl PartialOrd for ScopeId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ScopeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.path)
    }
}

impl Serialize for ScopeId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.path.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ScopeId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer).map(Self::new)
    }
}

/// Something numbered inside a scope, printed `0.3.17:4`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId {
    pub scope: ScopeId,
    pub number: u64,
}

/// A task: its scope and the number that the scope gave it.
pub type TaskId = LocalId;
/// A timer: its scope and the number that the scope gave it.
pub type TimerId = LocalId;

impl LocalId {
    #[must_use]
    pub fn new(scope: ScopeId, number: u64) -> Self {
        Self { scope, number }
    }

    /// Reads the printed form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scope, number) = text.split_once(':')?;
        Some(Self {
            scope: ScopeId::parse(scope)?,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for LocalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.scope, self.number)
    }
}

impl Serialize for LocalId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Not `collect_str`: JSON would look for what to escape in each piece by itself.
        serializer.serialize_str(&format_smolstr!("{self}"))
    }
}

impl<'de> Deserialize<'de> for LocalId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is not like 0.3:4")))
    }
}

#[cfg(test)]
mod tests {
    use super::ScopeId;

    #[test]
    fn scopes_are_ordered_by_their_numbers_and_each_before_what_is_inside_it() {
        let ordered = [
            "0",
            "0.2",
            "0.2.1",
            "0.2.10",
            "0.2.255",
            "0.2.256",
            "0.2.256.7.1",
            "0.2.256.7.1.300",
            "0.2.256.7.1.4000",
            "0.2.256.7.2",
            "0.2.65536",
            "0.2.99999",
            "0.2.100000",
            "0.2.100000.3",
            "0.2.18446744073709551615",
            "0.3",
            "0.10",
            "0.10.9",
            "0.10.11",
            "0.100.1",
            "1",
        ];
        let ids: Vec<ScopeId> = ordered
            .iter()
            .filter_map(|path| ScopeId::parse(path))
            .collect();
        let by_numbers = |id: &ScopeId| -> Vec<u64> {
            id.as_str()
                .split('.')
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        assert_eq!(ids.len(), ordered.len());
        for id in &ids {
            assert_eq!(
                id.parent()
                    .and_then(|parent| ScopeId::parse(parent.as_str())),
                id.parent(),
                "{id}"
            );
            assert!(
                id.child(0) > *id && id.child(0).parent().as_ref() == Some(id),
                "{id}"
            );
        }
        for a in &ids {
            for b in &ids {
                assert_eq!(a.cmp(b), by_numbers(a).cmp(&by_numbers(b)), "{a} and {b}");
            }
        }
    }
}
