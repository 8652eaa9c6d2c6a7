//! The rules: one ordered table, one file each.
//!
//! The order is the order in which a report lists what failed: scope, wrong, missing, not known, conditions, notes.

use crate::rule::Rule;

mod another_licence_of_the_group;
mod another_network_operator;
mod cell_absent;
mod cell_empty;
mod cell_not_observed;
mod cell_usage_unclear;
mod cells_disagree;
mod certificate_ambiguous;
mod certificate_expired;
mod certificate_expiring;
mod certificate_not_yet_valid;
mod certificate_path_broken;
mod certificate_profile;
mod certificate_revocation_differs;
mod certificate_revocation_unknown;
mod certificate_revoked;
mod certificate_status_conflict;
mod credentials_updated_since;
mod device_could_not_answer;
mod device_gone;
mod device_listed_twice;
mod device_mismatch;
mod device_signature_invalid;
mod device_unread;
mod distributor_unknown;
mod entity_not_attributable;
mod entity_not_the_operators;
mod entity_retired;
mod equal_records_disagree;
mod estate_rows_disagree;
mod evidence_stale;
mod evidence_undated;
mod host_operator_on_independent;
mod intent_names_another_operator;
mod intent_only;
mod intent_replaces_one_cell;
mod key_identifier_not_derived;
mod key_not_in_store;
mod key_of_another_entity;
mod leftover_credentials;
mod mpan_absent;
mod mpan_altered;
mod mpan_fault;
mod mpan_invalid;
mod mpans_disagree;
mod no_operator_expected;
mod not_an_esme;
mod not_commissioned;
mod operator_sources_disagree;
mod operator_unknown;
mod operator_without_certificate;
mod placeholder_in_cell;
mod record_incomplete;
mod record_unusable;
mod records_conflict;
mod registration_disagrees_with_mpan;
mod registration_rows_disagree;
mod request_failed;
mod role_not_answered;
mod smets1_device;
mod superseded_key;
mod supplier_credentials;
mod trust_anchor_not_found;
mod undated_record_disagrees;
mod undated_records_disagree;
mod update_alert_only;
mod update_failed;
mod update_without_outcome;
mod weaker_evidence_prevails;
mod wrong_key_usage;
mod wrong_role;

/// Changes whenever a rule, or what it decides, changes.
pub const RULE_SET_VERSION: u32 = 3;

/// A rule set that this program can apply: the newest, or an older one of which a report was made.
///
/// Rules that are newer do not run. A rule that decides otherwise than it once did, and whatever a verdict depends on
/// besides, asks [`Options`](crate::Options) for the version and keeps to what it decided then.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RuleSetVersion(u32);

impl RuleSetVersion {
    /// The newest.
    pub const NEWEST: Self = Self(RULE_SET_VERSION);

    /// The rule set of a number; `None` if this program does not know it.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match number {
            1..=RULE_SET_VERSION => Some(Self(number)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Whether a rule belongs to it.
    #[must_use]
    pub const fn has(self, rule: &Rule) -> bool {
        rule.since <= self.0
    }
}

/// All rules.
pub static RULES: [Rule; 71] = [
    not_an_esme::NOT_AN_ESME,
    smets1_device::SMETS1_DEVICE,
    device_gone::DEVICE_GONE,
    not_commissioned::NOT_COMMISSIONED,
    no_operator_expected::NO_OPERATOR_EXPECTED,
    another_network_operator::ANOTHER_NETWORK_OPERATOR,
    another_licence_of_the_group::ANOTHER_LICENCE_OF_THE_GROUP,
    host_operator_on_independent::HOST_OPERATOR_ON_INDEPENDENT,
    supplier_credentials::SUPPLIER_CREDENTIALS,
    wrong_role::WRONG_ROLE,
    wrong_key_usage::WRONG_KEY_USAGE,
    key_of_another_entity::KEY_OF_ANOTHER_ENTITY,
    entity_not_the_operators::ENTITY_NOT_THE_OPERATORS,
    placeholder_in_cell::PLACEHOLDER_IN_CELL,
    trust_anchor_not_found::TRUST_ANCHOR_NOT_FOUND,
    cell_absent::CELL_ABSENT,
    cell_empty::CELL_EMPTY,
    device_unread::DEVICE_UNREAD,
    cell_not_observed::CELL_NOT_OBSERVED,
    record_unusable::RECORD_UNUSABLE,
    role_not_answered::ROLE_NOT_ANSWERED,
    device_could_not_answer::DEVICE_COULD_NOT_ANSWER,
    request_failed::REQUEST_FAILED,
    credentials_updated_since::CREDENTIALS_UPDATED_SINCE,
    update_alert_only::UPDATE_ALERT_ONLY,
    record_incomplete::RECORD_INCOMPLETE,
    cell_usage_unclear::CELL_USAGE_UNCLEAR,
    intent_only::INTENT_ONLY,
    update_without_outcome::UPDATE_WITHOUT_OUTCOME,
    undated_records_disagree::UNDATED_RECORDS_DISAGREE,
    equal_records_disagree::EQUAL_RECORDS_DISAGREE,
    key_not_in_store::KEY_NOT_IN_STORE,
    certificate_path_broken::CERTIFICATE_PATH_BROKEN,
    entity_not_attributable::ENTITY_NOT_ATTRIBUTABLE,
    mpan_absent::MPAN_ABSENT,
    mpan_invalid::MPAN_INVALID,
    distributor_unknown::DISTRIBUTOR_UNKNOWN,
    operator_unknown::OPERATOR_UNKNOWN,
    registration_rows_disagree::REGISTRATION_ROWS_DISAGREE,
    estate_rows_disagree::ESTATE_ROWS_DISAGREE,
    certificate_expired::CERTIFICATE_EXPIRED,
    certificate_expiring::CERTIFICATE_EXPIRING,
    certificate_not_yet_valid::CERTIFICATE_NOT_YET_VALID,
    certificate_revoked::CERTIFICATE_REVOKED,
    certificate_revocation_unknown::CERTIFICATE_REVOCATION_UNKNOWN,
    superseded_key::SUPERSEDED_KEY,
    certificate_ambiguous::CERTIFICATE_AMBIGUOUS,
    certificate_revocation_differs::CERTIFICATE_REVOCATION_DIFFERS,
    certificate_status_conflict::CERTIFICATE_STATUS_CONFLICT,
    certificate_profile::CERTIFICATE_PROFILE,
    key_identifier_not_derived::KEY_IDENTIFIER_NOT_DERIVED,
    entity_retired::ENTITY_RETIRED,
    cells_disagree::CELLS_DISAGREE,
    leftover_credentials::LEFTOVER_CREDENTIALS,
    registration_disagrees_with_mpan::REGISTRATION_DISAGREES_WITH_MPAN,
    operator_sources_disagree::OPERATOR_SOURCES_DISAGREE,
    mpans_disagree::MPANS_DISAGREE,
    mpan_fault::MPAN_FAULT,
    mpan_altered::MPAN_ALTERED,
    device_listed_twice::DEVICE_LISTED_TWICE,
    operator_without_certificate::OPERATOR_WITHOUT_CERTIFICATE,
    evidence_undated::EVIDENCE_UNDATED,
    evidence_stale::EVIDENCE_STALE,
    records_conflict::RECORDS_CONFLICT,
    weaker_evidence_prevails::WEAKER_EVIDENCE_PREVAILS,
    undated_record_disagrees::UNDATED_RECORD_DISAGREES,
    update_failed::UPDATE_FAILED,
    device_signature_invalid::DEVICE_SIGNATURE_INVALID,
    device_mismatch::DEVICE_MISMATCH,
    intent_names_another_operator::INTENT_NAMES_ANOTHER_OPERATOR,
    intent_replaces_one_cell::INTENT_REPLACES_ONE_CELL,
];

/// The rules of a rule set, in the order of the table.
pub fn rules_of(version: RuleSetVersion) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| version.has(rule))
}

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn table_and_files_agree() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                entry.unwrap().file_name().into_string().unwrap().replace(".rs", "").replace('_', "-")
            })
            .collect();
        let ids: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
        assert!(!ids.is_empty());
        assert_eq!(ids, files);
        assert_eq!(ids.len(), RULES.len(), "an id stands twice");
    }

    #[test]
    fn a_rule_set_has_the_rules_up_to_it_and_no_newer_one() {
        assert_eq!(RuleSetVersion::new(0), None);
        assert_eq!(RuleSetVersion::new(RULE_SET_VERSION + 1), None);
        assert_eq!(rules_of(RuleSetVersion::NEWEST).count(), RULES.len());
        for number in 1..=RULE_SET_VERSION {
            let version = RuleSetVersion::new(number).unwrap();
            let newest = rules_of(version).map(|rule| rule.since).max();
            assert!(newest.is_some_and(|since| since <= number), "{number}");
        }
        let mut newer = RULES[0];
        newer.since = RULE_SET_VERSION + 1;
        assert!(!RuleSetVersion::NEWEST.has(&newer));
    }

    #[test]
    fn every_rule_says_what_it_needs_to() {
        for rule in &RULES {
            for text in [rule.id, rule.title, rule.citation, rule.compares, rule.remedy] {
                assert!(!text.is_empty(), "{}", rule.id);
            }
            assert!(rule.since >= 1 && rule.since <= RULE_SET_VERSION);
        }
    }
}
