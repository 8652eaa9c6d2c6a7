//! The two axes of an assessment: who is in the cells, and what the operator can't do for it.

/// Who is in the network operator cells of a meter. The order is the order of precedence: the greater one wins when
/// the cells differ, and scope stands above all.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Both cells hold the expected party's network operator credentials.
    Correct,
    /// Nothing may be concluded.
    NotKnown,
    /// The expected party is absent, and no cell is wrong.
    Missing,
    /// Some cell holds another party, another role or the wrong usage.
    Wrong,
    /// Not an ESME, not commissioned, SMETS1, or nobody is expected.
    OutOfScope,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Correct, Self::Missing, Self::Wrong, Self::NotKnown, Self::OutOfScope];

    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::NotKnown => "not-known",
            Self::OutOfScope => "out-of-scope",
        }
    }
}

/// Whether the network operator can do something with the meter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Ability {
    /// As far as the cells go, it can.
    Possible,
    /// The cell that it depends on is not known.
    NotKnown,
    /// The cell that it depends on does not hold the operator's credential.
    Blocked,
    /// The question does not arise.
    NotApplicable,
}

impl Ability {
    /// What a cell of this verdict allows.
    #[must_use]
    pub const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Correct => Self::Possible,
            Verdict::NotKnown => Self::NotKnown,
            Verdict::Missing | Verdict::Wrong => Self::Blocked,
            Verdict::OutOfScope => Self::NotApplicable,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::NotKnown => "not-known",
            Self::Blocked => "blocked",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What the network operator can and can't do with the meter.
///
/// The digital signature cell authenticates its critical commands; the key agreement cell protects the answers to
/// its reads; alerts need both, since they go to the entity of the cells and are protected for its key.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effect {
    /// Read network data.
    pub read: Ability,
    /// Send critical commands.
    pub command: Ability,
    /// Receive and trust the meter's alerts, among them supply outage and restoration.
    pub alerts: Ability,
}

impl Effect {
    /// The effect of the verdicts on both cells.
    #[must_use]
    pub fn of(digital_signature: Verdict, key_agreement: Verdict) -> Self {
        let (command, read) = (Ability::of(digital_signature), Ability::of(key_agreement));
        Self { read, command, alerts: command.max(read) }
    }

    /// Where the question does not arise.
    pub const NOT_APPLICABLE: Self = Self {
        read: Ability::NotApplicable,
        command: Ability::NotApplicable,
        alerts: Ability::NotApplicable,
    };
}
