//! Names that occur in millions of rows, kept once.

use std::collections::HashMap;
use std::num::NonZeroU32;

/// A name in an [`Interner`]. Its number has no meaning outside and never decides an order in a result.
///
/// It counts from one, so that a name that may be absent takes no more room.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Symbol(NonZeroU32);

/// Keeps each distinct name once.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    symbols: HashMap<Box<str>, Symbol>,
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
        if let Some(symbol) = self.symbols.get(name) {
            return Some(*symbol);
        }
        let symbol = Symbol(u32::try_from(self.names.len() + 1).ok().and_then(NonZeroU32::new)?);
        self.names.push(name.into());
        self.symbols.insert(name.into(), symbol);
        Some(symbol)
    }

    /// The symbol of a name, if the interner has it.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name.trim()).copied()
    }

    /// The name of a symbol of this interner; empty for a symbol of another one.
    #[must_use]
    pub fn name(&self, symbol: Symbol) -> &str {
        self.names.get(symbol.index()).map_or("", |name| name)
    }

    /// All symbols, in the order in which they were made.
    pub fn symbols(&self) -> impl Iterator<Item = Symbol> + use<> {
        (1..=u32::try_from(self.names.len()).unwrap_or(u32::MAX)).filter_map(NonZeroU32::new).map(Symbol)
    }
}

impl Symbol {
    /// The position of this symbol in [`Interner::symbols`], for tables beside the interner.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}
