//! What a rule is, and the four ways in which one can come out.

use std::fmt;

use crate::subject::Subject;
use crate::verdict::Verdict;

/// How grave a failed rule is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Information,
    /// Something should be done, or may soon be needed.
    Warning,
    /// Nothing may be concluded; never counted as good or bad.
    Undetermined,
    /// The operator can't use the meter, or somebody must act.
    Error,
}

impl Severity {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Undetermined => "undetermined",
            Self::Error => "error",
        }
    }
}

/// What a failed rule does to the assessment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Axis {
    /// It calls for this verdict.
    Verdict(Verdict),
    /// It speaks of the state of the credentials found, and turns no verdict.
    Condition,
    /// It is worth telling beside the verdict.
    Note,
}

/// One rule: a row of the table and a pure function.
#[non_exhaustive]
#[derive(Clone, Copy)]
pub struct Rule {
    /// Kebab-case statement of the defect; never reused.
    pub id: &'static str,
    /// The defect in a few words.
    pub title: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it does.
    pub axis: Axis,
    /// Source document and clause.
    pub citation: &'static str,
    /// Rule-set version that brought it.
    pub since: u32,
    /// What is compared with what.
    pub compares: &'static str,
    /// What mends it.
    pub remedy: &'static str,
    /// The check.
    pub check: fn(&Subject<'_>) -> Outcome,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.id).finish()
    }
}

/// How a rule came out for one meter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The rule is not about this meter; why.
    NotApplicable(&'static str),
    /// The rule is about this meter, but what it compares is not known; why.
    NotEvaluated(&'static str),
    /// The defect is not there.
    Pass,
    /// The defect is there; the values compared.
    Fail(Evidence),
}

impl Outcome {
    /// The word that reports use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotApplicable(_) => "not-applicable",
            Self::NotEvaluated(_) => "not-evaluated",
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
        }
    }

    /// `Fail` with this evidence if the defect is there, else `Pass`.
    #[must_use]
    pub fn fail_if(defect: bool, evidence: impl FnOnce() -> Evidence) -> Self {
        if defect { Self::Fail(evidence()) } else { Self::Pass }
    }
}

/// The values a rule compared, so that a reader can redo the comparison by hand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Evidence(Vec<Fact>);

/// One named value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// The value as text.
    pub value: String,
}

impl Evidence {
    /// No values.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// One value.
    #[must_use]
    pub fn of(name: &'static str, value: impl fmt::Display) -> Self {
        Self::none().and(name, value)
    }

    /// One more value.
    #[must_use]
    pub fn and(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.push(Fact { name, value: value.to_string() });
        self
    }

    /// One more value, if there is one.
    #[must_use]
    pub fn and_some(self, name: &'static str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.and(name, value),
            None => self,
        }
    }

    /// The values, in the order in which they were named.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.0
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fact) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fact.name, fact.value)?;
        }
        Ok(())
    }
}
