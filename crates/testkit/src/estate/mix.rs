//! What share of an estate is in which state, and the draw of a device's state.

use super::state::State;

/// What the first devices of an estate are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Opening {
    /// Four rounds through all states, so that even a small estate has each of them.
    EveryState,
    /// Drawn like all others.
    ByShare,
}

/// The shares of the states.
///
/// The default is of the size that public complaints suggest: 88 in 100 correct, 7 placeholders, and five
/// spread over everything else. It is not a measurement of anything. States whose messages are signed have no share,
/// so that they occur in the opening only.
#[derive(Clone, Debug)]
pub struct Mix {
    shares: [u32; State::COUNT],
    opening: Opening,
}

/// Rounds through all states at the beginning.
pub(super) const ROUNDS: u64 = 4;

impl Default for Mix {
    fn default() -> Self {
        let mut shares = [0; State::COUNT];
        shares.iter_mut().zip(State::ALL).for_each(|(share, state)| *share = state.default_share());
        Self { shares, opening: Opening::EveryState }
    }
}

impl Mix {
    /// All devices in one state.
    #[must_use]
    pub fn only(state: State) -> Self {
        Self { shares: [0; State::COUNT], opening: Opening::ByShare }.with(state, 1)
    }

    /// The same with another share of a state; shares count relative to each other.
    #[must_use]
    pub fn with(mut self, state: State, share: u32) -> Self {
        if let Some(place) = self.shares.get_mut(state.place()) {
            *place = share;
        }
        self
    }

    /// The same with another opening.
    #[must_use]
    pub const fn opening(mut self, opening: Opening) -> Self {
        self.opening = opening;
        self
    }

    /// The share of a state.
    #[must_use]
    pub fn share(&self, state: State) -> u32 {
        self.shares.get(state.place()).copied().unwrap_or_default()
    }

    /// The state of a device.
    #[must_use]
    pub(super) fn state_of(&self, seed: u64, index: u64) -> State {
        let states = State::COUNT as u64;
        if self.opening == Opening::EveryState && index < ROUNDS * states {
            let turn = usize::try_from(index % states).unwrap_or_default();
            return State::ALL.get(turn).copied().unwrap_or(State::Correct);
        }
        let total: u64 = self.shares.iter().copied().map(u64::from).sum();
        let mut point = Draw::new(seed, index, 1).below(total);
        for (share, state) in self.shares.iter().zip(State::ALL) {
            match point.checked_sub(u64::from(*share)) {
                Some(rest) => point = rest,
                None => return *state,
            }
        }
        State::Correct
    }
}

/// A stream of numbers that is a function of seed, device and purpose: `SplitMix64`.
#[derive(Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64, index: u64, purpose: u64) -> Self {
        let mut mixed = Self(seed ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03));
        let start = mixed.next() ^ index.wrapping_mul(0x2545_F491_4F6C_DD1D);
        Self(start)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below a limit of at most 2^32; 0 if the limit is 0.
    pub(super) const fn below(&mut self, limit: u64) -> u64 {
        ((self.next() >> 32) * limit) >> 32
    }

    /// Whether an event of so many in a thousand occurs.
    pub(super) const fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of a table that is not empty.
    pub(super) fn pick<'t, T>(&mut self, table: &'t [T]) -> &'t T {
        let place = usize::try_from(self.below(table.len() as u64)).unwrap_or_default();
        table.get(place).expect("the draw is below the length of a table that is not empty")
    }
}
