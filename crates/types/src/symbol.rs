//! Names that occur in millions of rows, kept once.

use std::collections::HashMap;

/// A name in an [`Interner`]. Its number has no meaning outside and never decides an order in a result.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Symbol(u32);

/// Keeps each distinct name once.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Interner {
    /// An interner without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of a name, made when it is new; `None` for a name that is blank.
    pub fn intern(&mut self, name: &str) -> Option<Symbol> {
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        if let Some(number) = self.numbers.get(name) {
            return Some(Symbol(*number));
        }
        let number = u32::try_from(self.names.len()).ok()?;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        Some(Symbol(number))
    }

    /// The symbol of a name, if the interner has it.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.numbers.get(name.trim()).copied().map(Symbol)
    }

    /// The name of a symbol of this interner; empty for a symbol of another one.
    #[must_use]
    pub fn name(&self, symbol: Symbol) -> &str {
        self.names.get(symbol.0 as usize).map_or("", |name| name)
    }

    /// All symbols, in the order in which they were made.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> + use<> {
        (0..u32::try_from(self.names.len()).unwrap_or(u32::MAX)).map(Symbol)
    }
}

impl Symbol {
    /// The position of this symbol in [`Interner::symbols`], for tables beside the interner.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
