//! The journal and the access log as rows.

/// Table `journal`.
pub mod journal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "journal")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub org_id: Uuid,
        pub at: DateTimeUtc,
        pub act: String,
        pub actor_id: Option<Uuid>,
        pub actor_name: String,
        pub capacity: String,
        pub document_id: Option<Uuid>,
        pub instance_id: Option<Uuid>,
        pub unit_id: Option<Uuid>,
        pub summary: String,
        pub data: String,
        pub events: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `access_log`.
pub mod access_log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "access_log")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub at: DateTimeUtc,
        pub person_id: Option<Uuid>,
        pub person_name: String,
        pub unit_id: Option<Uuid>,
        pub document_id: Option<Uuid>,
        pub what: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
