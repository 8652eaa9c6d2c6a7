//! A party's own list of meters and what it takes them to be.

use crate::{Eui64, KeyId, MpanField, Origin, Symbol, Timestamp};

/// What a party takes a meter to be, in the words of verdicts.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Claim {
    /// Both cells hold the expected party's credentials.
    Correct,
    /// The expected party is absent.
    Missing,
    /// Some cell holds something else.
    Wrong,
    /// Nothing may be concluded.
    NotKnown,
    /// It is not judged.
    OutOfScope,
}

impl Claim {
    /// The word of the verdict.
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

    /// Reads the word of a verdict, or one that is used for it, in any case and with or without blanks and dashes.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let plain: String =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        // A word that could mean two of them, such as "fail" or "n/a", is none.
        Some(match plain.as_str() {
            "correct" | "ok" | "right" | "good" | "valid" => Self::Correct,
            "missing" | "absent" | "placeholder" | "acb" | "empty" | "notinstalled" | "notpresent"
            | "nocertificate" | "nocertificates" => Self::Missing,
            "wrong" | "incorrect" | "mismatch" | "otherdno" | "anotherdno" | "wrongdno"
            | "wrongcertificate" => Self::Wrong,
            "notknown" | "unknown" | "unread" | "notread" | "noresponse" | "nodata" => Self::NotKnown,
            "outofscope" | "excluded" | "notapplicable" | "decommissioned" | "smets1" => Self::OutOfScope,
            _ => return None,
        })
    }
}

/// What a party's own list says of a cell.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OwnCell {
    /// The entity in it.
    pub entity: Option<Eui64>,
    /// The key in it.
    pub key: Option<KeyId>,
    /// Serial numbers of the certificates that the party has for that, upper-case hex, sorted.
    pub certificates: Vec<String>,
}

/// A row of a party's own list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnRow {
    /// The device.
    pub device: Eui64,
    /// What the party takes it to be.
    pub claim: Claim,
    /// When the party saw it so.
    pub observed_at: Option<Timestamp>,
    /// The network operator, as the list names it.
    pub network_operator: Option<Symbol>,
    /// Its MPAN.
    pub mpan: MpanField,
    /// The cells: digitalSignature, then keyAgreement.
    pub cells: [OwnCell; 2],
    /// Where the row stands.
    pub origin: Origin,
}

impl OwnRow {
    /// Whether both rows say the same, wherever they stand.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { origin: other.origin, ..self.clone() } == *other
    }
}
