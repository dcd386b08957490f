//! The table of methods and the roles that may call them, read once from the options in the descriptor set: what is
//! written in the `.proto` files is what is enforced. A method without the option is closed to everybody.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, ExtensionDescriptor, MethodDescriptor, Value};

use crate::store::AccessRole;

/// Full name of the option that lists the roles of a method.
const OPTION: &str = "triaged.v1.access";

/// Services that any valid credential opens.
const ANY_CREDENTIAL: [&str; 2] =
    ["/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

/// The only service that needs no credential.
const OPEN: &str = "/grpc.health.v1.Health/";

/// The descriptor set cannot be read, so the server cannot know who may call what.
#[derive(Debug, thiserror::Error)]
#[error("the descriptor set lacks {0}")]
pub struct TableError(&'static str);

/// What the table says about a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'t> {
    /// Anybody may call it, without a credential.
    Open,
    /// Anybody with a valid credential may.
    AnyCredential,
    /// Those with one of these roles may.
    Roles(&'t [AccessRole]),
    /// There is no such method.
    Unknown,
}

/// The roles of every method, by path such as `/triaged.v1.CaseService/GetCase`.
#[derive(Debug)]
pub struct AccessTable(HashMap<String, Vec<AccessRole>>);

impl AccessTable {
    /// Reads the table from an encoded descriptor set.
    ///
    /// # Errors
    /// The set does not decode, or does not define the option.
    pub fn read(descriptor_set: &[u8]) -> Result<Self, TableError> {
        let pool = DescriptorPool::decode(descriptor_set).map_err(|_| TableError("readable files"))?;
        let option = pool.get_extension_by_name(OPTION).ok_or(TableError("the option triaged.v1.access"))?;
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        Ok(Self(methods.map(|method| (path(&method), roles(&method, &option))).collect()))
    }

    /// What the table says about the method at `path`.
    pub fn verdict(&self, path: &str) -> Verdict<'_> {
        if path.starts_with(OPEN) {
            return Verdict::Open;
        }
        if ANY_CREDENTIAL.iter().any(|prefix| path.starts_with(prefix)) {
            return Verdict::AnyCredential;
        }
        self.0.get(path).map_or(Verdict::Unknown, |roles| Verdict::Roles(roles))
    }

    /// Every method of the descriptor set with its roles.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &[AccessRole])> {
        self.0.iter().map(|(path, roles)| (path.as_str(), roles.as_slice()))
    }
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// The roles in the option of a method, by the numbers of `triaged.v1.Role`; an unknown number opens nothing.
fn roles(method: &MethodDescriptor, option: &ExtensionDescriptor) -> Vec<AccessRole> {
    let options = method.options();
    let access = options.get_extension(option);
    let Some(access) = access.as_message() else { return Vec::new() };
    let roles = access.get_field_by_name("roles");
    let numbers = roles.as_deref().and_then(Value::as_list).unwrap_or_default();
    numbers.iter().filter_map(Value::as_enum_number).filter_map(role_of_number).collect()
}

/// The role of that number of `triaged.v1.Role`.
fn role_of_number(number: i32) -> Option<AccessRole> {
    AccessRole::ALL.into_iter().find(|role| *role as i32 == number)
}
