//! What a partly read estate tells of the whole: counts, and apart from them an extrapolation with its uncertainty.
//!
//! In: the rows of `devices.jsonl`. Out: for each operator and for all, how many of the meters that were judged are correct,
//! missing and wrong, and – where the caller says that what was read is a random sample – how many of all meters are likely
//! to be.
//!
//! **Method.** Strata are operator and responsible supplier. The share of a verdict is the mean of the shares in the strata,
//! weighted by their meters in scope. Its 95 % interval is that of Clopper and Pearson with an effective number of meters
//! (Korn and Graubard, *Confidence intervals for proportions with small expected number of positive counts estimated from
//! survey data*, Survey Methodology 24, 1998; without their correction for degrees of freedom): the number of meters of a
//! simple random sample that would have the variance of this one, and never more than were judged. The variance in a stratum is
//! that of a share with one meter more that is so and one more that is not, as Agresti and Coull advise, since a few meters
//! that agree do not show that all do; it is less by the part of the stratum that was judged. What was counted bounds the interval on both sides, so that of an
//! estate that was read to the last meter nothing is uncertain.
//!
//! A stratum of which no meter was judged is not extrapolated to: how many meters that leaves out is said.

use std::collections::BTreeMap;

use report::model::v1::DeviceRow;
use report::seal::Tree;
use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

/// How sure an interval is meant to be.
pub const CONFIDENCE: f64 = 0.95;

/// The method, in a line.
pub const METHOD: &str = "stratified by DNO and supplier; 95 % Clopper-Pearson interval with effective sample size (Korn and Graubard 1998)";

/// The meters of one operator and one supplier, by what became of them.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Stratum {
    /// Judged, and correct.
    pub correct: u64,
    /// Judged, and missing.
    pub missing: u64,
    /// Judged, and wrong.
    pub wrong: u64,
    /// In scope and not known.
    pub not_known: u64,
    /// Those of the not known that no record speaks of.
    pub unread: u64,
    /// Out of scope; they belong to no share.
    pub out_of_scope: u64,
}

impl Stratum {
    /// Meters whose cells are known.
    #[must_use]
    pub const fn judged(&self) -> u64 {
        self.correct + self.missing + self.wrong
    }

    /// Meters of which a share can be asked.
    #[must_use]
    pub const fn in_scope(&self) -> u64 {
        self.judged() + self.not_known
    }

    const fn of(&self, verdict: Judged) -> u64 {
        match verdict {
            Judged::Correct => self.correct,
            Judged::Missing => self.missing,
            Judged::Wrong => self.wrong,
        }
    }

    const fn add(&mut self, other: &Self) {
        self.correct += other.correct;
        self.missing += other.missing;
        self.wrong += other.wrong;
        self.not_known += other.not_known;
        self.unread += other.unread;
        self.out_of_scope += other.out_of_scope;
    }
}

/// A verdict of a meter whose cells are known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Judged {
    Correct,
    Missing,
    Wrong,
}

/// Counts by operator and supplier.
#[derive(Clone, Debug, Default)]
pub struct Strata(BTreeMap<String, BTreeMap<String, Stratum>>);

impl Strata {
    /// Counts a row of a report.
    pub fn count(&mut self, row: &DeviceRow<'_>) {
        let unread = row.reasons.iter().any(|reason| &**reason == "device-unread");
        self.count_verdict(row.dno.as_deref(), row.supplier.as_deref(), &row.verdict, unread);
    }

    fn count_verdict(&mut self, dno: Option<&str>, supplier: Option<&str>, verdict: &str, unread: bool) {
        let party = self.0.entry(Tree::Dno.party(dno, supplier).to_owned()).or_default();
        let stratum = party.entry(Tree::Supplier.party(dno, supplier).to_owned()).or_default();
        match verdict {
            "correct" => stratum.correct += 1,
            "missing" => stratum.missing += 1,
            "wrong" => stratum.wrong += 1,
            "out-of-scope" => stratum.out_of_scope += 1,
            _ => {
                stratum.not_known += 1;
                stratum.unread += u64::from(unread);
            }
        }
    }

    /// What the counts tell.
    #[must_use]
    pub fn estimate(&self, sampling: Sampling) -> Estimate {
        let parties = self.0.iter().map(|(party, strata)| {
            let strata: Vec<Named<'_>> =
                strata.iter().map(|(name, one)| ([party.as_str(), name], *one)).collect();
            PartyEstimate::new(party, &strata, sampling)
        });
        let all: Vec<Named<'_>> = self
            .0
            .iter()
            .flat_map(|(party, strata)| strata.iter().map(|(name, one)| ([party.as_str(), name], *one)))
            .collect();
        Estimate {
            format: "dno-audit estimate",
            format_version: 1,
            method: METHOD,
            parties: parties.collect(),
            all: PartyEstimate::new("all", &all, sampling),
        }
    }
}

/// A stratum with its operator and supplier.
type Named<'n> = ([&'n str; 2], Stratum);

/// What is known of how the meters came to be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sampling {
    /// At random within each operator and supplier: those that were judged stand for those that were not.
    AtRandom,
    /// Nothing is known, so nothing is extrapolated.
    NotKnown,
}

/// What a partly read estate tells of the whole.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// What this is.
    pub format: &'static str,
    /// The version of the form.
    pub format_version: u32,
    /// How it was extrapolated.
    pub method: &'static str,
    /// Each expected operator, by name; `unassigned` has the meters without one.
    pub parties: Vec<PartyEstimate>,
    /// All meters, in the strata of every operator.
    pub all: PartyEstimate,
}

impl Estimate {
    /// Whether any meter is left to which one could extrapolate.
    #[must_use]
    pub const fn has_unknown(&self) -> bool {
        self.all.counts.not_known > 0
    }
}

/// What is known of the meters of one operator.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartyEstimate {
    /// The operator.
    pub party: String,
    /// What was counted.
    pub counts: Stratum,
    /// Shares of those that were judged; nothing if none was.
    pub measured: Option<Measured>,
    /// What follows for all meters in scope; nothing if it was not asked for, or none was judged.
    pub extrapolated: Option<Extrapolated>,
}

/// Shares of the meters that were judged, from 0 to 1 with six digits.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Meters that were judged: the whole of the shares.
    pub judged: u64,
    /// Share that is correct.
    pub correct: f64,
    /// Share that is missing.
    pub missing: f64,
    /// Share that is wrong.
    pub wrong: f64,
}

/// Shares of all meters of the strata of which some were judged.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extrapolated {
    /// Meters in scope that the shares are about, judged or not.
    pub meters: u64,
    /// Meters in scope of strata of which none was judged. Nothing is said of them.
    pub left_out: u64,
    /// Operator and supplier of those strata.
    pub left_out_strata: Vec<[String; 2]>,
    /// Share that is correct.
    pub correct: Interval,
    /// Share that is missing.
    pub missing: Interval,
    /// Share that is wrong.
    pub wrong: Interval,
}

/// A share and the bounds between which it lies, from 0 to 1 with six digits; the bounds are rounded outwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The likeliest share.
    pub share: f64,
    /// The upper bound.
    pub high: f64,
}

impl PartyEstimate {
    fn new(party: &str, strata: &[Named<'_>], sampling: Sampling) -> Self {
        let mut counts = Stratum::default();
        strata.iter().for_each(|(_, stratum)| counts.add(stratum));
        let judged = counts.judged();
        let share = |verdict| round(number(counts.of(verdict)) / number(judged));
        let measured = (judged > 0).then(|| Measured {
            judged,
            correct: share(Judged::Correct),
            missing: share(Judged::Missing),
            wrong: share(Judged::Wrong),
        });
        let extrapolated = (judged > 0 && sampling == Sampling::AtRandom).then(|| extrapolate(strata));
        Self { party: party.to_owned(), counts, measured, extrapolated }
    }
}

fn extrapolate(strata: &[Named<'_>]) -> Extrapolated {
    let in_scope = strata.iter().filter(|(_, stratum)| stratum.in_scope() > 0);
    let (sampled, empty): (Vec<Named<'_>>, Vec<Named<'_>>) =
        in_scope.partition(|(_, stratum)| stratum.judged() > 0);
    let sampled: Vec<Stratum> = sampled.into_iter().map(|(_, stratum)| stratum).collect();
    let left_out_strata = empty.iter().map(|(names, _)| names.map(str::to_owned)).collect();
    Extrapolated {
        meters: sampled.iter().map(Stratum::in_scope).sum(),
        left_out: empty.iter().map(|(_, stratum)| stratum.in_scope()).sum(),
        left_out_strata,
        correct: interval(&sampled, Judged::Correct),
        missing: interval(&sampled, Judged::Missing),
        wrong: interval(&sampled, Judged::Wrong),
    }
}

/// The share of a verdict among all meters of strata of which each has some that were judged.
fn interval(strata: &[Stratum], verdict: Judged) -> Interval {
    let meters: u64 = strata.iter().map(Stratum::in_scope).sum();
    let judged: u64 = strata.iter().map(Stratum::judged).sum();
    let found: u64 = strata.iter().map(|stratum| stratum.of(verdict)).sum();
    let whole = number(meters);
    let share_of = |stratum: &Stratum| number(stratum.of(verdict)) / number(stratum.judged());
    let weight = |stratum: &Stratum| number(stratum.in_scope()) / whole;
    let share: f64 =
        strata.iter().map(|stratum| weight(stratum) * share_of(stratum)).sum::<f64>().clamp(0.0, 1.0);
    // How much a share varies is judged as if one meter more were so and one more were not: a few that agree do not show
    // that all do.
    let cautious = |stratum: &Stratum| (number(stratum.of(verdict)) + 1.0) / (number(stratum.judged()) + 2.0);
    let varies = |share: f64| share * (1.0 - share);
    let variance: f64 = strata
        .iter()
        .map(|stratum| {
            let n = number(stratum.judged());
            let unread = 1.0 - n / number(stratum.in_scope());
            weight(stratum).powi(2) * unread * varies(cautious(stratum)) / n
        })
        .sum();
    let cautious: f64 = strata.iter().map(|stratum| weight(stratum) * cautious(stratum)).sum();
    // Where all were read nothing varies.
    let effective =
        if variance > 0.0 { (varies(cautious) / variance).min(number(judged)) } else { number(judged) };
    let (low, high) = clopper_pearson(share * effective, effective);
    // What was counted stays: so many are so, and so many are not, whatever the rest is.
    let least = number(found) / whole;
    let most = number(meters - (judged - found)) / whole;
    Interval { low: floor(low.clamp(least, most)), share: round(share), high: ceil(high.clamp(least, most)) }
}

/// The interval of Clopper and Pearson for `found` of `tried`, neither of which has to be a whole number.
fn clopper_pearson(found: f64, tried: f64) -> (f64, f64) {
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let quantile = |a: f64, b: f64, at: f64| Beta::new(a, b).ok().map(|beta| beta.inverse_cdf(at));
    // The shape of a distribution is above zero; where it is not, the bound is the end of the line.
    let low = if found > 0.0 { quantile(found, tried - found + 1.0, tail) } else { None };
    let high = if found < tried { quantile(found + 1.0, tried - found, 1.0 - tail) } else { None };
    (low.unwrap_or(0.0), high.unwrap_or(1.0))
}

/// A count as a number; exact for as many meters as there will ever be.
#[allow(clippy::cast_precision_loss, reason = "counts of meters are far below 2^53")]
const fn number(count: u64) -> f64 {
    count as f64
}

const DIGITS: f64 = 1e6;

fn round(share: f64) -> f64 {
    (share * DIGITS).round() / DIGITS
}

/// Rounded down, but for what is only noise of the arithmetic.
fn floor(share: f64) -> f64 {
    (share * DIGITS + 1e-4).floor() / DIGITS
}

/// Rounded up in the same way; the sum makes nought of what was less than none by noise.
fn ceil(share: f64) -> f64 {
    (share * DIGITS - 1e-4).ceil() / DIGITS + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, published: f64) {
        assert!((found - published).abs() < 6e-5, "{found}, published {published}");
    }

    #[test]
    fn intervals_are_those_that_are_published() {
        // 81 of 263 and 15 of 148, 0 of 20, 1 of 29: Newcombe, Statistics in Medicine 17 (1998), table I, method 5.
        for (found, tried, low, high) in [
            (81.0, 263.0, 0.2527, 0.3676),
            (15.0, 148.0, 0.0578, 0.1617),
            (0.0, 20.0, 0.0, 0.1684),
            (1.0, 29.0, 0.0009, 0.1776),
        ] {
            let (l, h) = clopper_pearson(found, tried);
            near(l, low);
            near(h, high);
        }
    }

    #[test]
    fn the_ends_have_their_closed_form() {
        for tried in [1.0_f64, 10.0, 1000.0, 1e6] {
            let (low, high) = clopper_pearson(0.0, tried);
            assert!(
                low == 0.0 && (high - (1.0 - 0.025_f64.powf(1.0 / tried))).abs() < 1e-9,
                "{tried}: {high}"
            );
            let (low, high) = clopper_pearson(tried, tried);
            assert!(high == 1.0 && (low - 0.025_f64.powf(1.0 / tried)).abs() < 1e-9, "{tried}: {low}");
        }
    }

    fn stratum(correct: u64, missing: u64, wrong: u64, not_known: u64) -> Stratum {
        Stratum { correct, missing, wrong, not_known, ..Stratum::default() }
    }

    #[test]
    fn a_stratum_counts_by_its_meters_and_not_by_how_many_were_read() {
        // Nine of ten are missing where a hundredth was read, none where all were: the pooled share would hide it.
        let strata = [stratum(1, 9, 0, 990), stratum(1000, 0, 0, 0)];
        let missing = interval(&strata, Judged::Missing);
        assert_eq!(missing.share, 0.45);
        assert!(missing.low < 0.36, "{missing:?}");
        assert_eq!(missing.high, 0.4995, "1001 meters are known to be correct");
    }

    #[test]
    fn of_an_estate_that_was_read_to_the_last_meter_nothing_is_uncertain() {
        let found = interval(&[stratum(7, 2, 1, 0), stratum(3, 0, 0, 0)], Judged::Missing);
        assert_eq!((found.low, found.share, found.high), (0.153846, 0.153846, 0.153847));
        let none = interval(&[stratum(7, 0, 0, 0)], Judged::Missing);
        assert_eq!(format!("{none:?}"), "Interval { low: 0.0, share: 0.0, high: 0.0 }");
    }

    #[test]
    fn strata_without_a_judged_meter_are_left_out_and_said() {
        let mut strata = Strata::default();
        for _ in 0..5 {
            strata.count_verdict(Some("LOND"), Some("SUP-A"), "correct", false);
            strata.count_verdict(Some("LOND"), Some("SUP-B"), "not-known", true);
            strata.count_verdict(None, None, "not-known", false);
            strata.count_verdict(Some("LOND"), Some("SUP-C"), "out-of-scope", false);
        }
        let said = strata.estimate(Sampling::AtRandom);
        let of = said.all.extrapolated.as_ref().unwrap();
        assert_eq!((of.meters, of.left_out), (5, 10));
        assert_eq!(of.left_out_strata, [["LOND", "SUP-B"], ["unassigned", "unknown"]]);
        assert_eq!(said.parties[1].extrapolated, None, "nobody was judged");
        assert_eq!(said.all.counts.unread, 5);
        let silent = strata.estimate(Sampling::NotKnown);
        assert!(silent.has_unknown());
        assert!(silent.parties.iter().chain([&silent.all]).all(|party| party.extrapolated.is_none()));
        assert_eq!(silent.all.measured, said.all.measured);
    }

    fn strata() -> impl Strategy<Value = Vec<Stratum>> {
        let one =
            (0u64..60, 0u64..20, 0u64..10, 0u64..500).prop_filter("judged", |(c, m, w, _)| c + m + w > 0);
        proptest::collection::vec(one.prop_map(|(c, m, w, n)| stratum(c, m, w, n)), 1..6)
    }

    proptest! {
        #[test]
        fn bounds_enclose_the_share_and_what_is_counted(strata in strata()) {
            let meters: u64 = strata.iter().map(Stratum::in_scope).sum();
            let judged: u64 = strata.iter().map(Stratum::judged).sum();
            for verdict in [Judged::Correct, Judged::Missing, Judged::Wrong] {
                let found: u64 = strata.iter().map(|stratum| stratum.of(verdict)).sum();
                let Interval { low, share, high } = interval(&strata, verdict);
                prop_assert!(low <= share && share <= high, "{low} {share} {high}");
                prop_assert!(low >= number(found) / number(meters) - 1e-6);
                prop_assert!(high <= number(meters - judged + found) / number(meters) + 1e-6);
            }
        }

        #[test]
        fn the_order_of_strata_decides_nothing(mut strata in strata()) {
            let before = interval(&strata, Judged::Missing);
            strata.reverse();
            let after = interval(&strata, Judged::Missing);
            prop_assert!((before.low - after.low).abs() < 2e-6 && (before.high - after.high).abs() < 2e-6);
        }

        #[test]
        fn a_larger_sample_of_the_same_shares_is_surer(c in 1u64..50, m in 1u64..50, times in 2u64..20) {
            let of = |times| interval(&[stratum(c * times, m * times, 0, 100_000)], Judged::Missing);
            let (small, large) = (of(1), of(times));
            prop_assert!(large.high - large.low < small.high - small.low);
        }

        #[test]
        fn a_few_meters_that_agree_do_not_speak_for_many_that_were_not_read(judged in 1u64..4, unread in 20u64..500) {
            let found = interval(&[stratum(100, 0, 0, 0), stratum(judged, 0, 0, unread)], Judged::Missing);
            let all = number(100 + judged + unread);
            prop_assert!(found.high > 0.3 * number(unread) / all, "{found:?}");
        }

        #[test]
        fn one_stratum_has_the_plain_interval(c in 1u64..200, m in 1u64..200) {
            let found = interval(&[stratum(c, m, 0, 10_000_000_000)], Judged::Missing);
            let effective = number(c + m);
            let (low, high) = clopper_pearson(number(m) / number(c + m) * effective, effective);
            prop_assert!((found.low - low).abs() < 2e-6 && (found.high - high).abs() < 2e-6);
        }
    }
}
