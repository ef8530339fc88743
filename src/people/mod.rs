//! Organisations, units, posts and persons in time; sign-in; who is acting.

pub mod absence;
pub mod absence_page;
pub mod account;
pub mod admin;
pub mod api_token;
mod breached;
mod device;
pub mod door;
pub mod find;
pub mod guide;
pub mod import;
pub mod kept;
pub mod may;
pub mod pages;
pub mod passkey;
pub mod passwords;
pub mod reorg;
pub mod roles;
pub mod roster;
pub mod rows;
pub mod second_factor;
pub mod session;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod staff;
pub mod succession;
pub mod tickets;

pub use sign_in::clean_up;

use std::borrow::Cow;

use chrono::NaiveDate;
use uuid::Uuid;

/// The roles that posts give, as the files under `workflows/` name them.
pub const ROLES: &[&str] = &[
    "chair",
    "vice_chair",
    "office_chief",
    "office_clerk",
    "clerk",
    "drafter",
    "unit_head",
    "form_checker",
    "reporter",
    "staff",
    "admin",
];

/// The roles that tasks may name: those of posts, and those that the item of a round gives.
pub const TASK_ROLES: &[&str] = &[
    "chair",
    "vice_chair",
    "office_chief",
    "office_clerk",
    "clerk",
    "drafter",
    "unit_head",
    "form_checker",
    "unit",
    "receiver",
    "reporter",
    "report_approver",
    "staff",
];

/// Who acts: a person with the posts held today, or the system itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// None for the system and for a body that answers through a mailed page.
    pub person_id: Option<Uuid>,
    pub name: String,
    pub posts: Vec<Post>,
}

/// A post held on the day of the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub org_id: Uuid,
    pub unit_id: Uuid,
    pub title: String,
    pub role: String,
    /// Whose post it is, where the actor only stands in for somebody who is away.
    pub instead: Option<Instead>,
}

/// Whom a substitute stands in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// The name of who is away.
    pub name: String,
    /// For documents of these types, by abbreviation; empty for everything.
    pub kinds: Vec<String>,
}

impl Post {
    /// Whether it counts where the type of the document is not known: not one held for some types only.
    fn is_whole(&self) -> bool {
        self.instead
            .as_ref()
            .is_none_or(|absent| absent.kinds.is_empty())
    }
}

impl Actor {
    /// The system: timers, jobs, imports from the command line.
    #[must_use]
    pub fn system() -> Self {
        Self {
            person_id: None,
            name: "Hệ thống".to_owned(),
            posts: Vec::new(),
        }
    }

    /// Somebody of a body without an account, who typed the code of its mail.
    #[must_use]
    pub fn guest(name: &str, unit_id: Uuid, title: &str) -> Self {
        let post = Post {
            org_id: unit_id,
            unit_id,
            title: title.to_owned(),
            role: "clerk".to_owned(),
            instead: None,
        };
        Self {
            person_id: None,
            name: name.to_owned(),
            posts: vec![post],
        }
    }

    /// The title that the journal shows beside the name.
    #[must_use]
    pub fn capacity(&self) -> String {
        self.posts
            .first()
            .map(|post| post.title.clone())
            .unwrap_or_default()
    }

    /// The same person with the posts that count for a document of this type: those held for this type as well, those
    /// held for other types not.
    #[must_use]
    pub fn about(&self, doc_type: &str) -> Cow<'_, Self> {
        if self.posts.iter().all(Post::is_whole) {
            return Cow::Borrowed(self);
        }
        let mut actor = self.clone();
        for absent in actor
            .posts
            .iter_mut()
            .filter_map(|post| post.instead.as_mut())
        {
            if absent.kinds.iter().any(|kind| kind == doc_type) {
                absent.kinds.clear();
            }
        }
        Cow::Owned(actor)
    }

    /// The same person as an act by this post names him: a substitute with whom it is done for.
    #[must_use]
    pub fn by(&self, post: &Post) -> Self {
        let mut actor = self.clone();
        if let Some(absent) = &post.instead {
            actor.name = format!("{} (thay {} {})", self.name, post.title, absent.name);
        }
        actor
    }

    /// A post with this role in the organisation; the own ones come first.
    #[must_use]
    pub fn post_in_org(&self, role: &str, org_id: Uuid) -> Option<&Post> {
        self.posts
            .iter()
            .find(|post| post.is_whole() && post.role == role && post.org_id == org_id)
    }

    /// A post with one of these roles in the unit itself; the own ones come first.
    #[must_use]
    pub fn post_in_unit(&self, roles: &[&str], unit_id: Uuid) -> Option<&Post> {
        self.posts.iter().find(|post| {
            post.is_whole() && post.unit_id == unit_id && roles.contains(&post.role.as_str())
        })
    }

    /// Whether a post with this role is held in the organisation.
    #[must_use]
    pub fn has_role_in_org(&self, role: &str, org_id: Uuid) -> bool {
        self.post_in_org(role, org_id).is_some()
    }

    /// Whether a post with one of these roles is held in the unit itself.
    #[must_use]
    pub fn has_role_in_unit(&self, roles: &[&str], unit_id: Uuid) -> bool {
        self.post_in_unit(roles, unit_id).is_some()
    }

    /// The units in which posts are held.
    #[must_use]
    pub fn unit_ids(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.posts.iter().map(|post| post.unit_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The organisations in which posts are held.
    #[must_use]
    pub fn org_ids(&self) -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = self.posts.iter().map(|post| post.org_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// A unit or organisation with its name on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: Uuid,
    pub org_id: Uuid,
    pub key: String,
    pub kind: String,
    /// Whether its people sign in here; the others answer through a mailed page.
    pub account: bool,
    pub email: Option<String>,
    pub name: String,
    pub short: String,
    /// The header lines of its documents, in capitals.
    pub header: Vec<String>,
    pub place: String,
    pub code: String,
    /// The superior agency's header line; empty where there is none.
    pub superior: String,
    pub valid_to: Option<NaiveDate>,
}

impl Unit {
    /// How sentences call it: an organisation by its short name, a division in full, since `TTr` alone says nothing.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.id == self.org_id {
            &self.short
        } else {
            &self.name
        }
    }
}
