//! Keys as rows.

/// Table `signing_key`.
pub mod signing_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        /// Whose signature it makes; none for an agency's key.
        pub post_id: Option<Uuid>,
        /// Whose seal it makes; none for a person's key.
        pub unit_id: Option<Uuid>,
        /// `file`, `token`, `remote` (a signing service) or `workstation` (the signer's own machine).
        pub kind: String,
        /// Of a token: [`crate::signing::keys::TokenPlace`] as JSON; of a service: [`crate::signing::remote::RemotePlace`].
        pub place: String,
        /// The certificate and its issuers, PEM.
        pub chain: String,
        pub fingerprint: String,
        pub used_from: Date,
        /// The first day on which it signs no longer.
        pub used_until: Option<Date>,
        pub bound_at: DateTimeUtc,
        pub bound_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `workstation_signing`: a file on its way to the signer's own machine and back.
pub mod workstation_signing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workstation_signing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub document_id: Uuid,
        /// `sign` or `seal`.
        pub purpose: String,
        /// The key that must have signed.
        pub key_id: Uuid,
        pub person_id: Uuid,
        /// The content that was shown when the file was made.
        pub content_hash: String,
        /// Digest of the file that goes.
        pub given: String,
        /// Digest of the checked file that came back.
        pub returned: Option<String>,
        pub begun_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        /// Digest of the newest one-time secret.
        pub token: Option<String>,
        pub token_ends_at: Option<DateTimeUtc>,
        pub fetched_at: Option<DateTimeUtc>,
        pub returned_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
