//! Instants, always UTC, and the instant an audit is about.

use std::fmt;
use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// An instant in UTC with a resolution of one millisecond, from year 0 to the end of year 9999.
///
/// `Display` gives RFC 3339 with `Z`; the fraction stands only when there is one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

const MILLIS_PER_DAY: i64 = 86_400_000;
const LATEST: i64 = 253_402_300_799_999;
const EARLIEST: i64 = -62_167_219_200_000;

impl Timestamp {
    /// The instant that many milliseconds after 1970-01-01T00:00:00Z, if its year has four digits.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Option<Self> {
        if millis < EARLIEST || millis > LATEST { None } else { Some(Self(millis)) }
    }

    /// The instant that many seconds after 1970-01-01T00:00:00Z, if its year has four digits.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Option<Self> {
        match seconds.checked_mul(1000) {
            Some(millis) => Self::from_unix_millis(millis),
            None => None,
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// The instant of a UTC calendar date and time; `None` if there is no such date or time.
    #[must_use]
    pub fn from_calendar(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let time = Time::from_hms(hour, minute, second).ok()?;
        Self::from_unix_seconds(PrimitiveDateTime::new(date, time).assume_utc().unix_timestamp())
    }

    /// Whole days from `earlier` to this instant, rounded down; negative if this instant is before it.
    #[must_use]
    pub const fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(MILLIS_PER_DAY)
    }

    /// This instant plus days, held at the end of year 9999 rather than overflowing.
    #[must_use]
    pub const fn saturating_add_days(self, days: u32) -> Self {
        let millis = self.0.saturating_add(days as i64 * MILLIS_PER_DAY);
        Self(if millis > LATEST { LATEST } else { millis })
    }

    /// Reads RFC 3339 text: `2026-01-01T00:00:00Z`, with a fraction, with an offset, with a blank instead of `T`.
    ///
    /// Text without a zone (`2026-01-01 09:30:00`, `2026-01-01`) names an instant only if the reader was told what
    /// zone it means, see [`ZonelessTimes`].
    ///
    /// # Errors
    ///
    /// Any other text, including day-first dates, whose order can't be told.
    pub fn from_text(text: &[u8], zoneless: ZonelessTimes) -> Result<Self, ParseTimestampError> {
        let text = std::str::from_utf8(text.trim_ascii()).map_err(|_| ParseTimestampError::NotADateTime)?;
        if text.is_empty() {
            return Err(ParseTimestampError::Empty);
        }
        let exact = if cfg!(feature = "general-path") { None } else { exact_utc(text.as_bytes()) };
        if let Some(utc) = exact {
            return utc.ok_or(ParseTimestampError::NotADateTime);
        }
        let with_t = match text.as_bytes().get(10) {
            Some(b' ') => {
                format!("{}T{}", text.get(..10).unwrap_or_default(), text.get(11..).unwrap_or_default())
            }
            None => format!("{text}T00:00:00"),
            _ => text.to_owned(),
        };
        if let Ok(instant) = OffsetDateTime::parse(&with_t, &Rfc3339) {
            return from_offset_date_time(instant).ok_or(ParseTimestampError::OutOfRange);
        }
        match OffsetDateTime::parse(&format!("{with_t}Z"), &Rfc3339) {
            Ok(instant) => match zoneless {
                ZonelessTimes::Utc => from_offset_date_time(instant).ok_or(ParseTimestampError::OutOfRange),
                ZonelessTimes::Refuse => Err(ParseTimestampError::NoZone),
            },
            Err(_) => Err(ParseTimestampError::NotADateTime),
        }
    }
}

fn from_offset_date_time(instant: OffsetDateTime) -> Option<Timestamp> {
    // Not by way of a date in UTC, which need not exist at the ends of the calendar.
    let millis = instant.unix_timestamp().checked_mul(1000)?.checked_add(i64::from(instant.millisecond()))?;
    Timestamp::from_unix_millis(millis)
}

/// The commonest form, `YYYY-MM-DDTHH:MM:SSZ`, without the general parser: `None` for another form, `Some(None)` for
/// this form with a date or time that does not exist. A property holds it to the general parser's answer.
fn exact_utc(text: &[u8]) -> Option<Option<Timestamp>> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'Z'] = text
    else {
        return None;
    };
    let digit = |octet: &u8| octet.is_ascii_digit().then(|| octet - b'0');
    let two = |tens: &u8, units: &u8| Some(digit(tens)? * 10 + digit(units)?);
    let year = i64::from(two(y0, y1)?) * 100 + i64::from(two(y2, y3)?);
    let (month, day) = (two(m0, m1)?, two(d0, d1)?);
    let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_length = match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Some(None),
    };
    if day == 0 || day > month_length || hour > 23 || minute > 59 || second > 59 {
        // A leap second is left to the general parser.
        return if second == 60 { None } else { Some(None) };
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(Timestamp::from_unix_seconds(days_from_epoch(year, month, day) * 86_400 + seconds))
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day is last.
fn days_from_epoch(year: i64, month: u8, day: u8) -> i64 {
    let from_march = i64::from((month + 9) % 12);
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.rem_euclid(1000);
        let (year, month, day) = date_of(self.0.div_euclid(MILLIS_PER_DAY));
        let second_of_day = self.0.div_euclid(1000).rem_euclid(86_400);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let [y0, y1, y2, y3, _, m0, m1, _, d0, d1, _, h0, h1, _, n0, n1, _, s0, s1, _, f0, f1, f2, _] =
            &mut text;
        set(year, [y0, y1, y2, y3]);
        set(month, [m0, m1]);
        set(day, [d0, d1]);
        set(second_of_day / 3600, [h0, h1]);
        set(second_of_day / 60 % 60, [n0, n1]);
        set(second_of_day % 60, [s0, s1]);
        set(millis, [f0, f1, f2]);
        if millis == 0 {
            let (whole, _) = text.split_at(19);
            crate::digits::write_ascii(whole, f)?;
            return f.write_str("Z");
        }
        crate::digits::write_ascii(&text, f)
    }
}

/// Sets the decimal digits of a number that is not negative.
fn set<const N: usize>(number: i64, places: [&mut u8; N]) {
    let mut digits = [0; N];
    crate::digits::decimal(number.unsigned_abs(), &mut digits);
    for (place, digit) in places.into_iter().zip(digits) {
        *place = digit;
    }
}

/// The date of a day counted from 1970-01-01: the reverse of [`days_from_epoch`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// What text without a time zone means.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ZonelessTimes {
    /// It names no instant.
    #[default]
    Refuse,
    /// It is UTC.
    Utc,
}

/// Why text is not a [`Timestamp`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseTimestampError {
    /// There is no text.
    #[error("no time")]
    Empty,
    /// A date and time, but no zone, and nobody said which one is meant.
    #[error("no time zone: expected Z or an offset such as +01:00")]
    NoZone,
    /// Not an RFC 3339 date and time.
    #[error("not a date and time of the form 2026-01-31T09:30:00Z")]
    NotADateTime,
    /// A year outside 0 to 9999 in UTC.
    #[error("year outside 0000 to 9999")]
    OutOfRange,
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        Self::from_text(text.as_bytes(), ZonelessTimes::Refuse)
    }
}

/// The instant an audit is about: certificates are judged at it, later records are left out.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AsOf(pub Timestamp);

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zones_fractions_and_blanks_are_read() {
        for (text, shown) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ("2026-06-01T01:00:00+01:00", "2026-06-01T00:00:00Z"),
            ("2026-06-01 00:00:00.25Z", "2026-06-01T00:00:00.250Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn text_without_a_zone_needs_a_setting() {
        for text in ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00"] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError::NoZone), "{text}");
            let utc = Timestamp::from_text(text.as_bytes(), ZonelessTimes::Utc).unwrap();
            assert_eq!(utc.to_string(), "2026-01-01T00:00:00Z");
        }
    }

    #[test]
    fn day_first_dates_are_refused() {
        for text in ["01/02/2026", "01/02/2026 10:00", "2026-02-30T00:00:00Z", "46023.5"] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError::NotADateTime), "{text}");
        }
    }

    #[test]
    fn a_time_that_is_out_of_range_only_in_utc_is_refused() {
        for text in ["9999-12-31T23:59:59-14:00", "9999-12-31 23:00:00-02:00", "0000-01-01T00:30:00+01:00"] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError::OutOfRange), "{text}");
        }
        assert_eq!(
            "1969-12-31T23:59:59.500-01:00".parse::<Timestamp>().unwrap().to_string(),
            "1970-01-01T00:59:59.500Z"
        );
    }

    #[test]
    fn adding_a_warning_period_to_the_last_instant_does_not_overflow() {
        let last: Timestamp = "9999-12-31T23:59:59Z".parse().unwrap();
        assert!(last.saturating_add_days(u32::MAX) >= last);
    }

    proptest! {
        #[test]
        fn display_reads_back(millis in EARLIEST..=LATEST) {
            let instant = Timestamp::from_unix_millis(millis).unwrap();
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }

        #[test]
        fn any_date_time_and_offset_is_read_without_panic(
            year in 0u32..10_000, month in 1u8..13, day in 1u8..29, hour in 0u8..24, offset in 0u8..24, minus: bool,
        ) {
            let sign = if minus { '-' } else { '+' };
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:00:00{sign}{offset:02}:00");
            let _ = text.parse::<Timestamp>();
        }

        #[test]
        fn the_date_shown_is_that_of_the_calendar(millis in EARLIEST..=LATEST) {
            let shown = Timestamp::from_unix_millis(millis).unwrap().to_string();
            let general = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).unwrap();
            prop_assert_eq!(&shown[..19], &general.format(&Rfc3339).unwrap()[..19]);
        }

        #[test]
        fn the_short_way_agrees_with_the_general_parser(
            year in 0u32..10_000, month in 0u8..14, day in 0u8..33, hour in 0u8..25, minute in 0u8..61, second in 0u8..62,
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
            let general = OffsetDateTime::parse(&text, &Rfc3339).ok().and_then(from_offset_date_time);
            if let Some(short) = exact_utc(text.as_bytes()) {
                prop_assert_eq!(short, general, "{}", text);
            }
        }
    }
}
