//! Every state in which an audit may find a device, with the verdict that is right for it.

/// Both cells hold the expected party's credentials.
const CORRECT: Option<&str> = Some("correct");
/// The expected party is absent.
const MISSING: Option<&str> = Some("missing");
/// A cell holds another party, another role or the wrong usage.
const WRONG: Option<&str> = Some("wrong");
/// Nothing may be concluded.
const NOT_KNOWN: Option<&str> = Some("not-known");
/// The question does not arise.
const OUT_OF_SCOPE: Option<&str> = Some("out-of-scope");

macro_rules! states {
    ($($(#[$doc:meta])* $state:ident = $name:literal, $verdict:ident, $share:literal;)*) => {
        /// What the truth about a synthetic device is.
        ///
        /// The verdicts suppose that an audit is given all the files that [`write_estate`](super::write_estate) writes
        /// and reads them as the order of precedence says: newest dated evidence first, registration before MPAN,
        /// undated records only where nothing dated exists.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum State {
            $($(#[$doc])* $state,)*
        }

        impl State {
            /// Every state.
            pub const ALL: &[Self] = &[$(Self::$state,)*];

            /// The state in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$state => $name,)* }
            }

            /// The right verdict: `correct`, `missing`, `wrong`, `not-known` or `out-of-scope`; `None` for a device
            /// that the estate does not list and which therefore has no verdict.
            #[must_use]
            pub const fn expected_verdict(self) -> Option<&'static str> {
                match self { $(Self::$state => $verdict,)* }
            }

            /// Its share of an estate, in devices per million, in the default mix.
            #[must_use]
            pub const fn default_share(self) -> u32 {
                match self { $(Self::$state => $share,)* }
            }
        }
    };
}

const UNLISTED: Option<&str> = None;

states! {
    /// Both cells hold the expected operator's current keys.
    Correct = "correct", CORRECT, 879_500;
    /// Both cells hold the Access Control Broker's.
    Placeholder = "placeholder", MISSING, 70_000;
    /// The signature cell is right, the agreement cell still holds the placeholder.
    Split = "split", MISSING, 3_000;
    /// Both cells hold an operator of another group.
    WrongOperator = "wrong-operator", WRONG, 6_000;
    /// Both cells hold another licence of the expected operator's group.
    SameGroup = "same-group", WRONG, 2_500;
    /// An independent's meter holds the operator of the surrounding area.
    HostOnIndependent = "host-on-independent", WRONG, 3_000;
    /// Both cells hold the supplier's credentials.
    SupplierCredentials = "supplier-credentials", WRONG, 1_500;
    /// The signature cell holds the right entity's key for signing XML, role 0x87.
    XmlSignKey = "xml-sign-key", WRONG, 300;
    /// The signature cell holds the right entity's key agreement key.
    AgreementKeyInSignatureCell = "agreement-key-in-signature-cell", WRONG, 300;
    /// The device answers `trustAnchorNotFound` for the role.
    TrustAnchorNotFound = "trust-anchor-not-found", MISSING, 1_200;
    /// The device answers `noTrustAnchor` for the role.
    NoTrustAnchor = "no-trust-anchor", MISSING, 100;
    /// A success answer without the agreement cell. As cell rows this is a row for one cell only, and whoever reads
    /// rows one by one may also say that the other cell was not read.
    CellAbsent = "cell-absent", MISSING, 500;
    /// The agreement cell holds zeros, the signature cell is right.
    ZeroCell = "zero-cell", MISSING, 400;
    /// Both cells hold an entity that stands in no table; the expected operator's list of entities is complete.
    UnknownEntity = "unknown-entity", WRONG, 500;
    /// The same where the expected operator's list of entities is not complete.
    UnknownEntityOpenList = "unknown-entity-open-list", NOT_KNOWN, 200;
    /// Both cells hold the right entity with keys that no certificate has.
    UnknownKey = "unknown-key", NOT_KNOWN, 1_000;
    /// Both cells hold older keys whose certificates are still in force.
    SupersededKey = "superseded-key", CORRECT, 4_000;
    /// Both cells hold keys whose certificates are revoked. A condition, not a verdict.
    RevokedKey = "revoked-key", CORRECT, 200;
    /// Both cells hold keys whose certificates have expired. A condition, not a verdict.
    ExpiredKey = "expired-key", CORRECT, 2_500;
    /// No record at all.
    Unread = "unread", NOT_KNOWN, 6_000;
    /// Right when it was read, about three years before. Age is a condition, unless the audit is set to refuse it.
    Stale = "stale", CORRECT, 3_000;
    /// Right, but the record has no time.
    Undated = "undated", CORRECT, 1_000;
    /// The device answers `resourcesBusy` for the role.
    ResourcesBusy = "resources-busy", NOT_KNOWN, 1_500;
    /// The answer does not cover the role. As cell rows: rows of other roles only.
    RoleNotAnswered = "role-not-answered", NOT_KNOWN, 800;
    /// A replacement answered without outcome, because it is for a later date. As cell rows: nothing.
    NoOutcome = "no-outcome", NOT_KNOWN, 0;
    /// A signed report that the replacement of the placeholder failed.
    UpdateFailed = "update-failed", MISSING, 0;
    /// A signed report that the placeholder was replaced by the right credentials.
    Updated = "updated", CORRECT, 0;
    /// Right, and the same record stands twice.
    Duplicate = "duplicate", CORRECT, 1_000;
    /// Right, and an older record still shows the placeholder.
    OlderObservation = "older-observation", CORRECT, 2_500;
    /// The only record can't be decoded.
    Undecodable = "undecodable", NOT_KNOWN, 500;
    /// The operator is no user of the DCC, and the placeholder is in place.
    NoneExpected = "none-expected", OUT_OF_SCOPE, 600;
    /// Installed, not commissioned, placeholder in place.
    NotCommissioned = "not-commissioned", OUT_OF_SCOPE, 2_000;
    /// Decommissioned, placeholder in place.
    Decommissioned = "decommissioned", OUT_OF_SCOPE, 700;
    /// SMETS1, without a record.
    Smets1 = "smets1", OUT_OF_SCOPE, 1_000;
    /// A gas meter, which answers `trustAnchorNotFound` and rightly so.
    Gsme = "gsme", OUT_OF_SCOPE, 500;
    /// A communications hub function, without a record.
    OtherType = "other-type", OUT_OF_SCOPE, 300;
    /// The MPAN's check digit fails, so the expected operator is not known.
    InvalidMpan = "invalid-mpan", NOT_KNOWN, 400;
    /// No MPAN, so the expected operator is not known.
    NoMpan = "no-mpan", NOT_KNOWN, 500;
    /// The MPAN begins with 99, which is nobody's.
    UnknownDistributor = "unknown-distributor", NOT_KNOWN, 200;
    /// Registration data name another operator than the MPAN's first digits; the cells hold the registered one. An
    /// audit without the registration file would say `wrong`.
    RegistrationDisagrees = "registration-disagrees", CORRECT, 500;
    /// Right, and the estate lists the device in two rows that differ in the firmware version alone.
    TwoRows = "two-rows", CORRECT, 200;
    /// A record of a device that the estate does not list.
    NotInEstate = "not-in-estate", UNLISTED, 100;
}

impl State {
    /// How many states there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Its place in [`State::ALL`].
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// Whether the estate lists the device.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        self.expected_verdict().is_some()
    }

    /// Whether its message form is signed by the device, which costs a key pair and a certificate for each.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::NoOutcome | Self::UpdateFailed | Self::Updated)
    }
}
