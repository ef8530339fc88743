//! Workflow definitions, instances, live scopes, tasks and timers as rows.

/// Table `flow_definition`.
pub mod flow_definition {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_definition")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub process: String,
        pub files: String,
        pub published_at: DateTimeUtc,
        pub by_name: String,
        pub retired_at: Option<DateTimeUtc>,
        /// Came with the program, and so runs for every organisation.
        pub shipped: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `flow_publication`.
pub mod flow_publication {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_publication")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub definition: String,
        pub uploaded_at: DateTimeUtc,
        pub uploaded_by: String,
        /// Codes separated by commas; empty until it is published.
        pub doc_types: String,
        pub published_at: Option<DateTimeUtc>,
        pub published_by: String,
        pub retired_at: Option<DateTimeUtc>,
        pub retired_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `flow_instance`.
pub mod flow_instance {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_instance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub process: String,
        pub definition: String,
        pub document_id: Uuid,
        pub status: String,
        pub head: String,
        pub started_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `flow_scope`.
pub mod flow_scope {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_scope")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub path: String,
        pub element: String,
        pub data: String,
        pub vars: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `flow_task`.
pub mod flow_task {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_task")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub task_id: String,
        pub path: String,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub element: String,
        pub name: String,
        pub role: String,
        pub unit_id: Option<Uuid>,
        pub person_id: Option<Uuid>,
        pub subject_id: Option<Uuid>,
        pub state: String,
        pub claimed_by: Option<Uuid>,
        pub due_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `flow_timer`.
pub mod flow_timer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_timer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub timer_id: String,
        pub path: String,
        pub element: String,
        pub due_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
