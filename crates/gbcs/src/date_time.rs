//! Times in messages: the date-time of the envelope and the execution time of the payloads.

use std::fmt;

use types::Timestamp;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::note::Log;
use crate::path::{Field, Trail};
use crate::tlv::{Reader, Tag};

/// The date-time of the envelope: 12 octets in the form of the DLMS `date-time` (IEC 62056-6-2).
///
/// Year (2 octets), month, day, day of week, hour, minute, second, hundredths, deviation (2 octets) and clock status.
/// Any of them may be marked as not specified, so not every one names an instant. The octets are kept as they are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct DateTime([u8; 12]);

impl DateTime {
    /// A date-time of these octets.
    #[must_use]
    pub const fn new(octets: [u8; 12]) -> Self {
        Self(octets)
    }

    /// The octets as they stand in the message.
    #[must_use]
    pub const fn octets(self) -> [u8; 12] {
        self.0
    }

    /// The instant, if the octets name one.
    ///
    /// A deviation that is not specified means UTC, in which GBCS devices keep time. One that is specified is, as
    /// DLMS defines it, the minutes to add to local time to get UTC. Seconds and hundredths that are not specified
    /// are zero; without a date, an hour and a minute there is no instant. Day of week and clock status add nothing.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        let [y1, y0, month, day, _, hour, minute, second, hundredths, d1, d0, _] = self.0;
        let second = if second == NOT_SPECIFIED { 0 } else { second };
        let hundredths = if hundredths == NOT_SPECIFIED { 0 } else { hundredths };
        let minutes_to_utc = match i16::from_be_bytes([d1, d0]) {
            DEVIATION_NOT_SPECIFIED => 0,
            minutes @ -720..=840 => i64::from(minutes),
            _ => return None,
        };
        if hundredths > 99 {
            return None;
        }
        // What marks a year, month, day, hour or minute as not specified is in no calendar.
        let local =
            Timestamp::from_calendar(u16::from_be_bytes([y1, y0]).into(), month, day, hour, minute, second)?;
        Timestamp::from_unix_millis(
            local.unix_millis() + minutes_to_utc * 60_000 + i64::from(hundredths) * 10,
        )
    }
}

const NOT_SPECIFIED: u8 = 0xFF;
const DEVIATION_NOT_SPECIFIED: i16 = i16::MIN;

/// When a command is or was to be executed: a GeneralizedTime.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExecutionDateTime(pub Timestamp);

impl ExecutionDateTime {
    /// Whether this is 99991231235959Z, which cancels an earlier future-dated command instead of naming a time.
    #[must_use]
    pub fn is_cancellation(self) -> bool {
        Some(self.0) == Timestamp::from_calendar(9999, 12, 31, 23, 59, 59)
    }

    /// ```text
    /// executionDateTime GeneralizedTime
    /// ```
    pub(crate) fn decode(
        reader: &mut Reader<'_>,
        parent: &Trail<'_>,
        log: &mut Log,
    ) -> Result<Self, DecodeError> {
        let at = &parent.field(Field::ExecutionDateTime);
        let start = reader.offset();
        let text = reader.element(Tag::GENERALIZED_TIME, at, log)?;
        from_generalized_time(text)
            .map(Self)
            .ok_or_else(|| DecodeError::new(start, at, DecodeErrorKind::GeneralizedTime))
    }
}

impl fmt::Display for ExecutionDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads `YYYYMMDDHHMMSSZ`, the one form that DER and RFC 5280 section 4.1.2.5.2 leave.
fn from_generalized_time(text: &[u8]) -> Option<Timestamp> {
    let [digits @ .., b'Z'] = text else { return None };
    let digits = <&[u8; 14]>::try_from(digits).ok()?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pair = |tens: u8, units: u8| (tens - b'0') * 10 + (units - b'0');
    let [y3, y2, y1, y0, m1, m0, d1, d0, h1, h0, n1, n0, s1, s0] = *digits;
    let year = i32::from(pair(y3, y2)) * 100 + i32::from(pair(y1, y0));
    Timestamp::from_calendar(year, pair(m1, m0), pair(d1, d0), pair(h1, h0), pair(n1, n0), pair(s1, s0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(octets: [u8; 12]) -> Option<String> {
        DateTime::new(octets).timestamp().map(|instant| instant.to_string())
    }

    #[test]
    fn an_unspecified_deviation_is_utc() {
        let octets = [0x07, 0xDF, 1, 1, 0xFF, 0, 0, 0, 0, 0x80, 0, 0xFF];
        assert_eq!(shown(octets).as_deref(), Some("2015-01-01T00:00:00Z"));
    }

    #[test]
    fn a_deviation_is_added_to_local_time() {
        // British Summer Time: one hour ahead of UTC, so 60 minutes are taken off.
        let octets = [0x07, 0xEA, 6, 30, 2, 0, 30, 15, 50, 0xFF, 0xC4, 0x80];
        assert_eq!(shown(octets).as_deref(), Some("2026-06-29T23:30:15.500Z"));
    }

    #[test]
    fn unspecified_seconds_are_zero() {
        let octets = [0x07, 0xEA, 6, 30, 2, 12, 30, 0xFF, 0xFF, 0x80, 0, 0xFF];
        assert_eq!(shown(octets).as_deref(), Some("2026-06-30T12:30:00Z"));
    }

    #[test]
    fn what_is_no_instant_has_no_timestamp() {
        let sound = [0x07, 0xEA, 6, 30, 2, 12, 30, 0, 0, 0x80, 0, 0xFF];
        assert!(shown(sound).is_some());
        for (index, octet) in
            [(0, 0xFF), (2, 0xFF), (2, 0xFE), (3, 0xFD), (5, 0xFF), (6, 0xFF), (8, 100), (9, 0x7F)]
        {
            let mut octets = sound;
            octets[index] = octet;
            assert_eq!(shown(octets), None, "octet {index}");
        }
        assert_eq!(shown([0xFF; 12]), None);
    }

    #[test]
    fn generalized_time_has_one_form() {
        let last = from_generalized_time(b"99991231235959Z").map(ExecutionDateTime);
        assert!(last.is_some_and(ExecutionDateTime::is_cancellation));
        assert_eq!(from_generalized_time(b"20260229000000Z"), None);
        for text in ["", "Z", "20260101000000", "202601010000Z", "20260101000000.5Z", "20260101000000+0000"] {
            assert_eq!(from_generalized_time(text.as_bytes()), None, "{text}");
        }
    }
}
