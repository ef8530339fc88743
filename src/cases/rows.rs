//! Case files and their contents as rows.

/// Table `case_file`.
pub mod case_file {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        /// The unit that keeps it.
        pub owner_id: Uuid,
        pub year: i32,
        /// `01.VP`
        pub code: String,
        /// The heading of the catalogue under which it stands; may be empty.
        pub heading: String,
        pub title: String,
        /// For how long it is kept; none is for ever.
        pub years: Option<i32>,
        /// Of its rule: codes of types, as JSON.
        pub doc_types: String,
        /// Of its rule: words of the subject.
        pub words: String,
        pub opened_on: Date,
        pub made_at: DateTimeUtc,
        pub made_by: Uuid,
        pub by_name: String,
        pub closed_on: Option<Date>,
        /// The last day for handing it to the archive; none while it is open, or where it is kept too shortly for that.
        pub hand_over_by: Option<Date>,
        pub handed_on: Option<Date>,
        pub handed_to: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `case_item`.
pub mod case_item {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_item")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        /// `hand` or `rule`.
        pub way: String,
        pub added_at: DateTimeUtc,
        pub by_name: String,
        /// Taken out by hand; the rule does not put it in again.
        pub taken_out_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
