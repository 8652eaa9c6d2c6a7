//! Counts over assessments, in parts that can be added in any order.

use std::collections::HashMap;
use std::hash::Hash;

use types::{AsOf, Eui64, Grade, InputId, Symbol, Timestamp};

use crate::assess::Assessment;
use crate::directory::Owner;
use crate::holding::Holding;
use crate::rules::RULES;
use crate::timeline::{Disposition, NotRelevant, newest, weakest_grade};
use crate::verdict::Verdict;
use crate::waivers::{Waived, WaiverId};

/// Meters by verdict, in the order of [`Verdict::ALL`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally([u64; 5]);

impl Tally {
    /// Counts one meter.
    pub fn count(&mut self, verdict: Verdict) {
        for (slot, of) in self.0.iter_mut().zip(Verdict::ALL) {
            *slot += u64::from(of == verdict);
        }
    }

    /// How many meters have this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0.iter().zip(Verdict::ALL).filter(|(_, of)| *of == verdict).map(|(count, _)| count).sum()
    }

    /// How many meters there are; the sum over the verdicts by construction.
    #[must_use]
    pub fn meters(&self) -> u64 {
        self.0.iter().sum()
    }

    fn add(&mut self, other: &Self) {
        for (slot, more) in self.0.iter_mut().zip(other.0) {
            *slot += more;
        }
    }
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum.add(&tally);
            sum
        })
    }
}

/// How the records of one input ended. Every record is in exactly one of the counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct InputUse {
    /// They decide a cell, an expectation, or are in the certificate store.
    pub used: u64,
    /// A newer record took their place.
    pub superseded: u64,
    /// They repeat another record.
    pub duplicate: u64,
    /// They say nothing about the question, by reason.
    pub not_relevant: HashMap<NotRelevant, u64>,
    /// They could not be used.
    pub quarantined: u64,
}

impl InputUse {
    /// Counts a record.
    pub fn count(&mut self, disposition: Disposition) {
        match disposition {
            Disposition::Used => self.used += 1,
            Disposition::Superseded => self.superseded += 1,
            Disposition::Duplicate => self.duplicate += 1,
            Disposition::NotRelevant(why) => *self.not_relevant.entry(why).or_default() += 1,
        }
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Self) {
        self.used += other.used;
        self.superseded += other.superseded;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
        for (why, count) in &other.not_relevant {
            *self.not_relevant.entry(*why).or_default() += count;
        }
    }

    /// Records that are not relevant, whatever the reason.
    #[must_use]
    pub fn not_relevant_total(&self) -> u64 {
        self.not_relevant.values().sum()
    }

    /// All records: the sum of the counts by construction.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.used + self.superseded + self.duplicate + self.not_relevant_total() + self.quarantined
    }
}

/// How old the newest evidence of a meter is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Age {
    /// At most 30 days.
    Days30,
    /// At most 90 days.
    Days90,
    /// At most 365 days.
    Days365,
    /// Older.
    Older,
    /// The evidence has no time.
    Undated,
    /// There is no evidence.
    NoEvidence,
}

impl Age {
    /// All ages, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Days30, Self::Days90, Self::Days365, Self::Older, Self::Undated, Self::NoEvidence];

    /// The words that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Days30 => "up-to-30-days",
            Self::Days90 => "up-to-90-days",
            Self::Days365 => "up-to-365-days",
            Self::Older => "older",
            Self::Undated => "undated",
            Self::NoEvidence => "no-evidence",
        }
    }

    fn of(at: Option<Timestamp>, any: bool, as_of: AsOf) -> Self {
        match at.map(|at| as_of.0.days_since(at)) {
            Some(days) => Self::of_days(days),
            None if any => Self::Undated,
            None => Self::NoEvidence,
        }
    }

    /// Of evidence that was so many whole days old.
    #[must_use]
    pub const fn of_days(days: i64) -> Self {
        match days {
            ..=30 => Self::Days30,
            31..=90 => Self::Days90,
            91..=365 => Self::Days365,
            _ => Self::Older,
        }
    }
}

/// Counts over any set of assessments of one audit.
#[derive(Clone, Debug)]
pub struct Totals {
    /// All meters.
    pub all: Tally,
    /// By the party that ought to be in the cells.
    pub by_party: HashMap<Option<Owner>, Tally>,
    /// By responsible supplier.
    pub by_supplier: HashMap<Option<Symbol>, Tally>,
    /// By region.
    pub by_region: HashMap<Option<Symbol>, Tally>,
    /// By manufacturer, model and firmware.
    pub by_model: HashMap<[Option<Symbol>; 3], Tally>,
    /// By weakest grade of the evidence that decides.
    pub by_grade: HashMap<Option<Grade>, Tally>,
    /// By age of the newest evidence that decides.
    pub by_age: HashMap<Age, Tally>,
    /// Meters for which a rule failed, in the order of the table.
    pub by_rule: Vec<u64>,
    /// Meters for which a rule failed and a waiver holds, in the order of the table.
    pub waived_by_rule: Vec<u64>,
    /// Meters of which every finding that calls for the verdict is waived.
    pub waived: Tally,
    /// Findings for which a waiver is, or would be had it not expired.
    pub by_waiver: HashMap<WaiverId, u64>,
    /// Cells with an entity that nobody could attribute, by the party expected there.
    pub unattributed: HashMap<(Eui64, Option<Owner>), u64>,
    /// How the records about the devices ended.
    pub uses: HashMap<InputId, InputUse>,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            all: Tally::default(),
            by_party: HashMap::new(),
            by_supplier: HashMap::new(),
            by_region: HashMap::new(),
            by_model: HashMap::new(),
            by_grade: HashMap::new(),
            by_age: HashMap::new(),
            by_rule: vec![0; RULES.len()],
            waived_by_rule: vec![0; RULES.len()],
            waived: Tally::default(),
            by_waiver: HashMap::new(),
            unattributed: HashMap::new(),
            uses: HashMap::new(),
        }
    }
}

impl Totals {
    /// Counts one assessment.
    pub fn count(&mut self, assessment: &Assessment<'_>) {
        let Assessment { subject, verdict, findings, dispositions, .. } = assessment;
        let verdict = *verdict;
        let timelines = subject.cells.map(|cell| cell.timeline);
        let meter = &subject.meter;
        let grade = weakest_grade(&timelines);
        let age = Age::of(newest(&timelines), grade.is_some(), subject.context.as_of());
        let model = [
            meter.agreed(|row| row.manufacturer),
            meter.agreed(|row| row.model),
            meter.agreed(|row| row.firmware),
        ];
        self.all.count(verdict);
        self.by_party.entry(subject.owner()).or_default().count(verdict);
        self.by_supplier.entry(subject.supplier_symbol()).or_default().count(verdict);
        self.by_region.entry(meter.agreed(|row| row.region)).or_default().count(verdict);
        self.by_model.entry(model).or_default().count(verdict);
        self.by_grade.entry(grade).or_default().count(verdict);
        self.by_age.entry(age).or_default().count(verdict);
        let mut failed = findings.iter().peekable();
        for ((rule, count), waived) in RULES.iter().zip(&mut self.by_rule).zip(&mut self.waived_by_rule) {
            if let Some(finding) = failed.next_if(|finding| finding.rule.id == rule.id) {
                *count += 1;
                *waived += u64::from(finding.waived.by().is_some());
            }
        }
        if assessment.is_waived() {
            self.waived.count(verdict);
        }
        for finding in findings {
            if let Waived::By(id) | Waived::Formerly(id) = finding.waived {
                *self.by_waiver.entry(id).or_default() += 1;
            }
        }
        for cell in subject.cells.iter().filter(|cell| cell.holding == Holding::NotAttributable) {
            if let Some(credential) = cell.credential {
                *self.unattributed.entry((credential.entity, subject.owner())).or_default() += 1;
            }
        }
        for (origin, disposition) in dispositions {
            self.uses.entry(origin.input).or_default().count(*disposition);
        }
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Self) {
        self.all.add(&other.all);
        add_all(&mut self.by_party, &other.by_party);
        add_all(&mut self.by_supplier, &other.by_supplier);
        add_all(&mut self.by_region, &other.by_region);
        add_all(&mut self.by_model, &other.by_model);
        add_all(&mut self.by_grade, &other.by_grade);
        add_all(&mut self.by_age, &other.by_age);
        for (count, more) in self.by_rule.iter_mut().zip(&other.by_rule) {
            *count += more;
        }
        for (count, more) in self.waived_by_rule.iter_mut().zip(&other.waived_by_rule) {
            *count += more;
        }
        self.waived.add(&other.waived);
        for (id, more) in &other.by_waiver {
            *self.by_waiver.entry(*id).or_default() += more;
        }
        for (key, more) in &other.unattributed {
            *self.unattributed.entry(*key).or_default() += more;
        }
        for (input, more) in &other.uses {
            self.uses.entry(*input).or_default().add(more);
        }
    }
}

fn add_all<K: Copy + Eq + Hash>(into: &mut HashMap<K, Tally>, from: &HashMap<K, Tally>) {
    for (key, tally) in from {
        into.entry(*key).or_default().add(tally);
    }
}
