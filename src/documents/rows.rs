//! Documents, versions, opinions, registers as rows.

/// Table `register`.
pub mod register {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub owner_id: Uuid,
        pub direction: String,
        pub doc_type: String,
        pub year: i32,
        pub next_number: i32,
        pub opened_at_number: i32,
        pub reason: String,
        pub opened_at: DateTimeUtc,
        pub closed_at: Option<DateTimeUtc>,
        /// Of the backup that was restored, until a person has said how far the register had come.
        pub restored_from: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `register_entry`.
pub mod register_entry {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "register_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub register_id: Uuid,
        pub number: i32,
        pub symbol: String,
        pub entry_on: Date,
        pub at: DateTimeUtc,
        pub document_id: Option<Uuid>,
        pub subject: String,
        pub signer: String,
        /// Recipients and keeper of the file copy, where no document of ours has them.
        pub recipients: String,
        pub keeper: String,
        /// `given`, `void`, or `lost` in a restore.
        pub state: String,
        /// Why it was entered by hand, or is void.
        pub note: String,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document`.
pub mod document {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub owner_id: Uuid,
        pub doc_type: String,
        pub subject: String,
        /// The words it is found by, as [`super::super::words::stored`] makes them; the database keeps its index of them.
        pub folded: String,
        pub symbol: String,
        pub number: Option<i32>,
        pub issued_on: Option<Date>,
        pub year: i32,
        pub state: String,
        pub version: i32,
        pub content_hash: String,
        pub approved_hash: Option<String>,
        pub signed_hash: Option<String>,
        pub carried_by: Option<Uuid>,
        pub instance_id: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub created_by: Uuid,
        pub changed_at: DateTimeUtc,
        pub issued_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_version`.
pub mod document_version {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub draft: String,
        pub unplaced: String,
        pub content_hash: String,
        pub note: String,
        pub created_at: DateTimeUtc,
        pub created_by: Uuid,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_file`.
pub mod document_file {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        pub version: i32,
        pub digest: String,
        pub at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `opinion`.
pub mod opinion {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "opinion")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub unit_id: Uuid,
        pub due_at: DateTimeUtc,
        pub stance: Option<String>,
        pub remark: String,
        pub given_at: Option<DateTimeUtc>,
        pub by_name: String,
        pub response_kind: Option<String>,
        pub response: String,
        pub responded_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `confirmed_measure`.
pub mod confirmed_measure {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "confirmed_measure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub org_id: Uuid,
        /// The words of the text that it was confirmed for.
        pub source: String,
        pub name: String,
        pub numerator: String,
        pub denominator: String,
        pub comparator: String,
        pub target_n: i64,
        pub target_d: i64,
        pub is_count: bool,
        pub evidence: String,
        pub who_reports: String,
        pub confirmed_at: DateTimeUtc,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_template`.
pub mod document_template {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_template")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub doc_type: String,
        pub name: String,
        pub draft: String,
        pub made_at: DateTimeUtc,
        pub by_name: String,
        pub dropped_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_link`.
pub mod document_link {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_link")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub later_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub earlier_id: Uuid,
        /// `corrects` or `replaces`.
        pub kind: String,
        pub made_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_copy`.
pub mod document_copy {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_copy")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The copying agency.
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub register_id: Uuid,
        pub number: i32,
        pub symbol: String,
        /// `SY`, `SL` or `TrS`.
        pub form: String,
        /// Of `SL`: the true copy that it was made from.
        pub source_id: Option<Uuid>,
        pub copied_on: Date,
        /// Of an extract: places of the parts of the body, as JSON.
        pub parts: String,
        /// Who certifies, as JSON of a signer.
        pub signer: String,
        /// Lines of "Nơi nhận", as JSON.
        pub recipients: String,
        /// How many pieces of paper bear the number.
        pub sheets: i32,
        pub made_at: DateTimeUtc,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `saved_search`.
pub mod saved_search {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saved_search")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub name: String,
        /// The query of the list's address.
        pub query: String,
        pub made_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_attachment`.
pub mod document_attachment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_attachment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub document_id: Uuid,
        pub org_id: Uuid,
        pub digest: String,
        pub name: String,
        pub media_type: String,
        /// In bytes.
        pub size: i64,
        pub added_at: DateTimeUtc,
        pub added_by: String,
        pub removed_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
