//! What lives in a scope, by its running number.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use smallvec::SmallVec;

/// A map in the order of its numbers, in one piece of memory: a new number is nearly always the greatest. One alone, as each item
/// of a round has it, lies in the scope itself: in a large round every further place to look at is out of the caches.
///
/// Copies share what they hold until one of them changes it: a decision works on copies of the scopes that it touches, and of
/// three thousand tasks side by side it touches one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<T>(SmallVec<[(u64, Arc<T>); 1]>);

impl<T: Clone> Numbered<T> {
    pub fn get_mut(&mut self, number: &u64) -> Option<&mut T> {
        let place = self.place(*number).ok()?;
        Some(Arc::make_mut(&mut self.0[place].1))
    }

    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| Arc::make_mut(value))
    }
}

impl<T> Numbered<T> {
    #[must_use]
    pub fn new() -> Self {
        Self(SmallVec::new())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn get(&self, number: &u64) -> Option<&T> {
        let place = self.place(*number).ok()?;
        Some(&self.0[place].1)
    }

    #[must_use]
    pub fn contains_key(&self, number: &u64) -> bool {
        self.place(*number).is_ok()
    }

    pub fn insert(&mut self, number: u64, value: T) {
        let value = Arc::new(value);
        match self.place(number) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (number, value)),
        }
    }

    pub fn remove(&mut self, number: &u64) -> Option<Arc<T>> {
        self.place(*number).ok().map(|place| self.0.remove(place).1)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&u64, &T) -> bool) {
        self.0.retain(|(number, value)| keep(number, value));
    }

    pub fn iter(&self) -> Iter<'_, T> {
        self.into_iter()
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &u64> {
        self.0.iter().map(|(number, _)| number)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().map(|(_, value)| value.as_ref())
    }

    fn place(&self, number: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&number, |(number, _)| *number)
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self::new()
    }
}

type Iter<'a, T> =
    std::iter::Map<std::slice::Iter<'a, (u64, Arc<T>)>, fn(&'a (u64, Arc<T>)) -> (&'a u64, &'a T)>;

impl<'a, T> IntoIterator for &'a Numbered<T> {
    type Item = (&'a u64, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0
            .iter()
            .map(|(number, value)| (number, value.as_ref()))
    }
}

impl<T: Serialize> Serialize for Numbered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Numbered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sorted = BTreeMap::<u64, T>::deserialize(deserializer)?;
        let shared = sorted.into_iter();
        Ok(Self(
            shared
                .map(|(number, value)| (number, Arc::new(value)))
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Numbered;

    #[test]
    fn it_is_in_the_order_of_its_numbers_whatever_the_order_of_coming() {
        let mut map = Numbered::new();
        for number in [7, 3, 9, 3, 1] {
            map.insert(number, number * 10);
        }
        assert_eq!(map.keys().copied().collect::<Vec<_>>(), [1, 3, 7, 9]);
        assert_eq!((map.get(&7), map.get(&8), map.len()), (Some(&70), None, 4));
        assert_eq!(
            (map.remove(&3).as_deref(), map.remove(&3)),
            (Some(&30), None)
        );
        let before = map.clone();
        *map.get_mut(&9).unwrap() = 91;
        assert_eq!((before.get(&9), map.get(&9)), (Some(&90), Some(&91)));
        map.retain(|number, value| *number < *value && *number != 9);
        let written = serde_json::to_string(&map).unwrap();
        assert_eq!(written, r#"{"1":10,"7":70}"#);
        assert_eq!(
            serde_json::from_str::<Numbered<u64>>(r#"{"7":70,"1":10}"#).unwrap(),
            map
        );
    }
}
