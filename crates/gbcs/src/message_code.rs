//! What kind of message it is: command, response or alert, of which use case.

use std::fmt;

/// Whether a message is a command, a response or an alert: the CRA flag.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Cra {
    /// A command: what somebody asks of the device, not what the device holds.
    Command = 1,
    /// The answer of a device.
    Response = 2,
    /// What a device says unasked.
    Alert = 3,
}

impl Cra {
    pub(crate) const fn from_octet(octet: u8) -> Option<Self> {
        match octet {
            1 => Some(Self::Command),
            2 => Some(Self::Response),
            3 => Some(Self::Alert),
            _ => None,
        }
    }

    /// The word for it, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Response => "response",
            Self::Alert => "alert",
        }
    }
}

impl fmt::Display for Cra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The number of the use case, or of one form of it. `Display` gives four hex digits, as GBCS writes them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MessageCode(pub u16);

impl MessageCode {
    /// The family of use cases this code belongs to.
    #[must_use]
    pub const fn family(self) -> Family {
        match self.0 {
            0x0008 => Family::Cs02a,
            0x011B => Family::Cs02f,
            0x0100..=0x0109 => Family::Cs02b,
            0x00CB => Family::Cs02bAlert,
            0x000A => Family::Cs02c,
            0x000B => Family::Cs02d,
            0x000C => Family::Cs02e,
            0x0125 | 0x0126 => Family::Cs02g,
            0x0124 => Family::Cs02gAlert,
            _ => Family::Other,
        }
    }
}

impl fmt::Display for MessageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// The use cases whose messages are decoded to the last octet, and one word for all others.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Family {
    /// Provide Security Credential Details.
    Cs02a,
    /// The same of devices that may hold load controller cells.
    Cs02f,
    /// Update Security Credentials.
    Cs02b,
    /// What a device tells when it has executed a future-dated CS02b command.
    Cs02bAlert,
    /// Issue Security Credentials: the device makes a key pair and a certification request.
    Cs02c,
    /// Update Device Certificate on Device.
    Cs02d,
    /// Provide Device Certificate from Device.
    Cs02e,
    /// Update Security Credentials of a load controller.
    Cs02g,
    /// What a device tells when it has executed a future-dated CS02g command.
    Cs02gAlert,
    /// Any other: carries no cell state.
    Other,
}

impl Family {
    /// The name of the use case; none for [`Other`](Self::Other).
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Cs02a => "CS02a",
            Self::Cs02f => "CS02f",
            Self::Cs02b => "CS02b",
            Self::Cs02bAlert => "CS02b-alert",
            Self::Cs02c => "CS02c",
            Self::Cs02d => "CS02d",
            Self::Cs02e => "CS02e",
            Self::Cs02g => "CS02g",
            Self::Cs02gAlert => "CS02g-alert",
            Self::Other => return None,
        })
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or("carries no cell state"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_belong_to_their_families() {
        for (code, name) in [
            (0x0008, Some("CS02a")),
            (0x011B, Some("CS02f")),
            (0x00FF, None),
            (0x0100, Some("CS02b")),
            (0x0109, Some("CS02b")),
            (0x010A, None),
            (0x00CB, Some("CS02b-alert")),
            (0x000A, Some("CS02c")),
            (0x000B, Some("CS02d")),
            (0x000C, Some("CS02e")),
            (0x0124, Some("CS02g-alert")),
            (0x0125, Some("CS02g")),
            (0x0126, Some("CS02g")),
            (0x0127, None),
        ] {
            assert_eq!(MessageCode(code).family().name(), name, "{code:04X}");
        }
        assert_eq!(Family::Other.to_string(), "carries no cell state");
        assert_eq!(MessageCode(0x11B).to_string(), "011B");
    }
}
