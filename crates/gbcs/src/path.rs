//! Where in a message something stands, as the names of the elements around it.
//!
//! While a message is decoded, each level keeps only its own name and a link to the level above, on the stack. A
//! [`Path`] is made from that chain when there is something to report, so a message without faults pays nothing.

use std::fmt;

/// The names of the elements around a place in a message, outermost first.
///
/// `Display` gives `payload/remote_party_details[1]/cells[0]/key_usage`; indices count from 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Path {
    segments: [Option<Segment>; Path::MAX_DEPTH],
}

impl Path {
    /// The deepest nesting of the payloads decoded here; their ASN.1 has no recursion.
    const MAX_DEPTH: usize = 6;
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.segments.iter().flatten().enumerate() {
            if depth > 0 {
                f.write_str("/")?;
            }
            f.write_str(segment.field.name())?;
            if let Some(index) = segment.index {
                write!(f, "[{index}]")?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Segment {
    field: Field,
    index: Option<u8>,
}

/// One level of a path that nobody asked for yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail<'t> {
    parent: Option<&'t Trail<'t>>,
    segment: Segment,
}

impl<'t> Trail<'t> {
    /// The outermost level.
    #[inline]
    pub(crate) const fn root(field: Field) -> Self {
        Self { parent: None, segment: Segment { field, index: None } }
    }

    /// The level of an element of this one.
    #[inline]
    pub(crate) const fn field(&'t self, field: Field) -> Trail<'t> {
        Trail { parent: Some(self), segment: Segment { field, index: None } }
    }

    /// The level of an entry of a list of this one.
    #[inline]
    pub(crate) const fn entry(&'t self, field: Field, index: u8) -> Trail<'t> {
        Trail { parent: Some(self), segment: Segment { field, index: Some(index) } }
    }

    /// The path from the outermost level to this one.
    #[cold]
    pub(crate) fn path(&self) -> Path {
        let mut segments = [None; Path::MAX_DEPTH];
        let mut level = Some(self);
        let mut depth = 0;
        for slot in segments.iter_mut().rev() {
            let Some(trail) = level else { break };
            *slot = Some(trail.segment);
            level = trail.parent;
            depth += 1;
        }
        // Filled from the innermost level; the unused slots move to the end so that equal paths compare equal.
        segments.rotate_left(Path::MAX_DEPTH - depth);
        Path { segments }
    }
}

macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        /// The names that paths are made of.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Field {
            $($field,)*
        }

        impl Field {
            const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }
        }
    };
}

fields! {
    // Envelope.
    Message "message",
    GeneralCiphering "general_ciphering",
    SecurityHeader "security_header",
    GeneralSigning "general_signing",
    Cra "cra",
    OriginatorCounter "originator_counter",
    Originator "originator",
    Recipient "recipient",
    DateTime "date_time",
    OtherInformation "other_information",
    MessageCode "message_code",
    Payload "payload",
    Signature "signature",
    Mac "mac",
    // TrustAnchorCellIdentifier and what the payloads share.
    Role "role",
    KeyUsage "key_usage",
    CellUsage "cell_usage",
    Status "status",
    Mode "mode",
    AuthorisingCell "authorising_cell",
    AuthorisingSeqNumber "authorising_seq_number",
    ExecutionDateTime "execution_date_time",
    // Provide Security Credential Details.
    Roles "roles",
    RemotePartyDetails "remote_party_details",
    CurrentSeqNumber "current_seq_number",
    Cells "cells",
    SubjectUniqueId "subject_unique_id",
    SubjectKeyIdentifier "subject_key_identifier",
    // Update Security Credentials.
    Control "control",
    PlaintextSymmetricKey "plaintext_symmetric_key",
    TimeBasedCpvChecks "time_based_cpv_checks",
    NewFloorSeqNumber "new_floor_seq_number",
    NewSpecialistFloorSeqNumbers "new_specialist_floor_seq_numbers",
    OtherSeqNumberChanges "other_seq_number_changes",
    FloorSeqNumber "floor_seq_number",
    SpecialistFloorSeqNumbers "specialist_floor_seq_numbers",
    SeqNumberUsage "seq_number_usage",
    SeqNumber "seq_number",
    Replacements "replacements",
    Certificate "certificate",
    TargetCell "target_cell",
    PathCertificates "path_certificates",
    CommandAccepted "command_accepted",
    AlertCode "alert_code",
    Outcome "outcome",
    SeqNumberChanges "seq_number_changes",
    ReplacementOutcomes "replacement_outcomes",
    AffectedCell "affected_cell",
    ExistingSubjectUniqueId "existing_subject_unique_id",
    ExistingSubjectKeyIdentifier "existing_subject_key_identifier",
    ReplacingSubjectUniqueId "replacing_subject_unique_id",
    ReplacingSubjectKeyIdentifier "replacing_subject_key_identifier",
    // Device certificates.
    CertificationRequest "certification_request",
    ResponseCode "response_code",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_every_level_and_entry() {
        let payload = Trail::root(Field::Payload);
        let details = payload.entry(Field::RemotePartyDetails, 1);
        let cell = details.entry(Field::Cells, 0);
        let key_usage = cell.field(Field::KeyUsage).path();
        assert_eq!(key_usage.to_string(), "payload/remote_party_details[1]/cells[0]/key_usage");
        assert_eq!(payload.path().to_string(), "payload");
    }

    #[test]
    fn equal_places_have_equal_paths() {
        let payload = Trail::root(Field::Payload);
        assert_eq!(payload.field(Field::Outcome).path(), payload.field(Field::Outcome).path());
        assert_ne!(payload.field(Field::Outcome).path(), payload.path());
    }
}
