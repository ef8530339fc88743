//! Deliveries, attestations, recalls and directions as rows.

/// Table `delivery`.
pub mod delivery {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub unit_id: Uuid,
        pub kind: String,
        pub purposes: String,
        pub state: String,
        pub due_at: DateTimeUtc,
        pub code_hash: Option<String>,
        pub code_tries: i32,
        pub task_id: Option<String>,
        pub dispatched_at: DateTimeUtc,
        pub delivered_at: Option<DateTimeUtc>,
        pub opened_at: Option<DateTimeUtc>,
        pub opened_by: String,
        pub answered_at: Option<DateTimeUtc>,
        pub answered_by: String,
        pub arrival_number: Option<i32>,
        pub arrival_year: Option<i32>,
        pub refusal: String,
        pub reminders: i32,
        pub reminded_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `attestation`.
pub mod attestation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attestation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        pub org_id: Uuid,
        pub unit_id: Uuid,
        pub asked_at: DateTimeUtc,
        pub attested_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `document_recall`.
pub mod document_recall {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_recall")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: Uuid,
        pub org_id: Uuid,
        pub reason: String,
        pub recalled_at: DateTimeUtc,
        pub by_id: Option<Uuid>,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `direction`.
pub mod direction {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "direction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_id: Uuid,
        pub org_id: Uuid,
        pub unit_id: Uuid,
        pub remark: String,
        pub due_at: Option<DateTimeUtc>,
        pub directed_at: DateTimeUtc,
        pub directed_by: String,
        pub completed_at: Option<DateTimeUtc>,
        pub completed_by: String,
        pub outcome: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `direction_person`.
pub mod direction_person {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "direction_person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        pub part: String,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `round_closing`.
pub mod round_closing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "round_closing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub reason: String,
        pub closed_at: DateTimeUtc,
        pub closed_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `round_missing`.
pub mod round_missing {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "round_missing")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub closing_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub n: i32,
        pub name: String,
        pub what: String,
        pub due_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
