//! Objectives, indicators, periods, reports as rows.

/// Table `objective`.
pub mod objective {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "objective")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub ordinal: i32,
        pub place: String,
        pub wording: String,
        pub questions: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `indicator`.
pub mod indicator {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "indicator")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub objective_id: Uuid,
        pub document_id: Uuid,
        pub ordinal: i32,
        pub code: String,
        pub name: String,
        pub numerator: String,
        pub denominator: String,
        pub comparator: String,
        pub target_n: i64,
        pub target_d: i64,
        pub is_count: bool,
        pub evidence: String,
        pub who_reports: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `report_period`.
pub mod report_period {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_period")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub code: String,
        pub name: String,
        pub from_on: Date,
        pub cutoff_on: Date,
        pub opens_at: DateTimeUtc,
        pub due_at: DateTimeUtc,
        pub consolidate_at: DateTimeUtc,
        pub state: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `unit_report`.
pub mod unit_report {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "unit_report")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub period_id: Uuid,
        pub unit_id: Uuid,
        pub state: String,
        /// The version being written or shown; each has its own values.
        pub version: i32,
        /// The version that counts; 0 while none was approved.
        pub approved_version: i32,
        /// Grows with every save, so that two people cannot save over each other.
        pub revision: i32,
        pub remark: String,
        /// Why the head sent it back; empty where he did not.
        pub returned: String,
        pub submitted_at: Option<DateTimeUtc>,
        pub submitted_by: String,
        pub approved_at: Option<DateTimeUtc>,
        pub approved_by: String,
        pub late_days: i32,
        pub changed_at: DateTimeUtc,
        /// The deadline that was granted to this unit; none where the period's counts.
        pub extended_due: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `report_value`.
pub mod report_value {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_value")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub report_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub indicator_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub numerator: Option<i64>,
        pub denominator: Option<i64>,
        pub nothing_arose: bool,
        pub cause: String,
        pub measure: String,
        pub owner: String,
        pub measure_due: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `consolidation`.
pub mod consolidation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consolidation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub period_id: Option<Uuid>,
        pub code: String,
        pub version: i32,
        pub data: String,
        pub report_id: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `corrective_action`.
pub mod corrective_action {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "corrective_action")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub indicator_id: Uuid,
        pub unit_id: Option<Uuid>,
        pub cause: String,
        pub action: String,
        pub owner: String,
        /// The day as it was written.
        pub due: String,
        pub state: String,
        pub opened_at: DateTimeUtc,
        /// What was put right at once.
        pub correction: String,
        /// None where the verdict opened it and nobody has set a day.
        pub due_on: Option<Date>,
        pub done_on: Option<Date>,
        /// What was seen when it was looked at whether it worked.
        pub effectiveness: String,
        pub closed_at: Option<DateTimeUtc>,
        pub closed_by: String,
        pub opened_by: String,
        pub revision: i32,
        pub reminded_at: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `report_regime`.
pub mod report_regime {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_regime")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        /// None for the organisation's own, which new decisions begin with.
        pub document_id: Option<Uuid>,
        pub name: String,
        pub subject: String,
        pub receiver: String,
        pub method: String,
        pub due_days: i32,
        pub consolidate_days: i32,
        pub frequency: String,
        pub cron: String,
        pub cutoff: String,
        pub outline: String,
        pub data_table: String,
        pub revision: i32,
        pub changed_at: DateTimeUtc,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `indicator_unit`.
pub mod indicator_unit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "indicator_unit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub indicator_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub unit_id: Uuid,
        pub asked: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `report_evidence`.
pub mod report_evidence {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_evidence")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub report_id: Uuid,
        /// None for the whole report.
        pub indicator_id: Option<Uuid>,
        pub digest: String,
        pub name: String,
        pub media_type: String,
        pub size: i64,
        pub from_version: i32,
        /// The version from which on it is no longer there.
        pub until_version: Option<i32>,
        pub added_at: DateTimeUtc,
        pub added_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `import_mapping`.
pub mod import_mapping {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_mapping")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub unit_id: Uuid,
        pub data: String,
        pub changed_at: DateTimeUtc,
        pub by_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `report_extension`.
pub mod report_extension {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_extension")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub document_id: Uuid,
        pub report_id: Uuid,
        pub unit_id: Uuid,
        pub old_due_at: DateTimeUtc,
        pub due_at: DateTimeUtc,
        pub reason: String,
        pub asked_at: DateTimeUtc,
        pub asked_id: Option<Uuid>,
        pub asked_by: String,
        pub granted: Option<bool>,
        pub answer: String,
        pub answered_at: Option<DateTimeUtc>,
        pub answered_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
