//! Outgoing mails as rows.

/// Table `outbox`.
pub mod outbox {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub org_id: Uuid,
        pub mail_key: String,
        pub template: String,
        pub to_name: String,
        pub to_address: String,
        pub cc_addresses: String,
        pub subject: String,
        pub body_text: String,
        pub body_html: String,
        pub document_id: Option<Uuid>,
        pub delivery_id: Option<Uuid>,
        pub created_at: DateTimeUtc,
        pub send_at: DateTimeUtc,
        pub attempts: i32,
        pub lease_until: Option<DateTimeUtc>,
        pub lease_by: String,
        pub state: String,
        pub sent_at: Option<DateTimeUtc>,
        pub reply: String,
        pub rcpt: String,
        pub copy_of: Option<Uuid>,
        pub unsure: i32,
        pub calendar: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
