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
        /// `file` or `token`.
        pub kind: String,
        /// Of a token: [`crate::signing::keys::TokenPlace`] as JSON.
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
