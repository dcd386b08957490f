//! What the wire contract promises, read from the descriptor set that the server itself obeys: which data can leave by
//! which method, who may call it, and that it only ever grows. Each check is shown to fail on a mutated contract.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value,
};
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorSet};
use triaged::{
    access::AccessTable,
    service::pb::{DESCRIPTOR_SET, DataClass},
};

const PACKAGE: &str = "triaged.v1";

// ---- classes of data -------------------------------------------------------------------------------------------

struct Classes {
    pool: DescriptorPool,
    option: ExtensionDescriptor,
}

impl Classes {
    fn read(set: &[u8]) -> Self {
        let pool = DescriptorPool::decode(set).unwrap();
        let option = pool.get_extension_by_name("triaged.v1.data_class").unwrap();
        Self { pool, option }
    }

    fn of(&self, field: &FieldDescriptor) -> DataClass {
        let number = field.options().get_extension(&self.option).as_enum_number().unwrap();
        DataClass::try_from(number).unwrap()
    }

    /// The highest class of the fields of a message and of all messages within it.
    fn highest(&self, message: &MessageDescriptor, seen: &mut BTreeSet<String>) -> DataClass {
        if !seen.insert(message.full_name().to_owned()) {
            return DataClass::Unspecified;
        }
        let classes = message.fields().map(|field| match ours(&field) {
            Some(inner) => self.of(&field).max(self.highest(&inner, seen)),
            None => self.of(&field),
        });
        classes.collect::<Vec<_>>().into_iter().max().unwrap_or(DataClass::Unspecified)
    }

    /// Fields without a class, and fields of message type whose class is not the highest of their contents.
    fn faults(&self) -> Vec<String> {
        let messages = self.pool.all_messages().filter(|one| one.package_name() == PACKAGE && !one.is_map_entry());
        let fields = messages.flat_map(|message| message.fields().collect::<Vec<_>>());
        fields
            .filter_map(|field| {
                let class = self.of(&field);
                let expected = ours(&field).map(|inner| self.highest(&inner, &mut BTreeSet::new()));
                let good = class != DataClass::Unspecified && expected.is_none_or(|expected| expected == class);
                (!good).then(|| format!("{}: {} is not {expected:?}", field.full_name(), class.as_str_name()))
            })
            .collect()
    }

    /// What each method can put out at most, where that is more than redacted text.
    fn sensitive_outputs(&self) -> Vec<String> {
        let services = self.pool.services().filter(|service| service.package_name() == PACKAGE);
        let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
        methods
            .filter_map(|method| {
                let class = self.highest(&method.output(), &mut BTreeSet::new());
                let sensitive = class > DataClass::RedactedText;
                sensitive.then(|| format!("{} puts out {}", method.full_name(), class.as_str_name()))
            })
            .collect()
    }
}

/// The message of a field, where it is one of ours.
fn ours(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) if message.package_name() == PACKAGE && !message.is_map_entry() => Some(message),
        _ => None,
    }
}

const ONLY_SECRET: &str = "triaged.v1.TenantAdminService.CreateCredential puts out SECRET";

#[test]
fn every_field_has_a_class_and_a_message_the_highest_of_its_contents() {
    assert_eq!(Classes::read(DESCRIPTOR_SET).faults(), [""; 0]);
}

#[test]
fn no_method_puts_out_raw_text_or_identifiers_and_only_one_a_secret() {
    assert_eq!(Classes::read(DESCRIPTOR_SET).sensitive_outputs(), [ONLY_SECRET]);
}

/// The descriptor set with another class on one field.
fn with_class(message: &str, field: &str, class: DataClass) -> Vec<u8> {
    let pool = DescriptorPool::decode(DESCRIPTOR_SET).unwrap();
    let option = pool.get_extension_by_name("triaged.v1.data_class").unwrap();
    let set = pool.get_message_by_name("google.protobuf.FileDescriptorSet").unwrap();
    let mut set = DynamicMessage::decode(set, DESCRIPTOR_SET).unwrap();
    let mut changed = 0;
    each(&mut set, "file", &mut |file| {
        if file.get_field_by_name("package").unwrap().as_str() != Some(PACKAGE) {
            return;
        }
        each(file, "message_type", &mut |one| {
            if one.get_field_by_name("name").unwrap().as_str() != Some(message) {
                return;
            }
            each(one, "field", &mut |one| {
                if one.get_field_by_name("name").unwrap().as_str() == Some(field) {
                    let Value::Message(options) = one.get_field_by_name_mut("options").unwrap() else { return };
                    options.set_extension(&option, Value::EnumNumber(class as i32));
                    changed += 1;
                }
            });
        });
    });
    assert_eq!(changed, 1, "{message}.{field} is not where it was looked for");
    set.encode_to_vec()
}

fn each(message: &mut DynamicMessage, list: &str, visit: &mut dyn FnMut(&mut DynamicMessage)) {
    let Some(Value::List(items)) = message.get_field_by_name_mut(list) else { return };
    for item in items {
        let Value::Message(item) = item else { continue };
        visit(item);
    }
}

#[test]
fn a_mutated_contract_is_caught() {
    let unset = Classes::read(&with_class("Case", "queue", DataClass::Unspecified));
    assert_eq!(unset.faults().len(), 1);
    let wrong = Classes::read(&with_class("ListTurnsResponse", "turns", DataClass::Internal));
    assert_eq!(wrong.faults().len(), 1);
    for class in [DataClass::Identifier, DataClass::RawText, DataClass::Secret] {
        let leaking = Classes::read(&with_class("RedactedTurn", "text", class)).sensitive_outputs();
        assert!(leaking.contains(&format!("triaged.v1.CaseService.ListTurns puts out {}", class.as_str_name())));
        assert!(leaking.len() > 4, "{leaking:?}");
    }
}

// ---- who may call ----------------------------------------------------------------------------------------------

#[test]
fn every_method_names_its_roles() {
    let table = AccessTable::read(DESCRIPTOR_SET).unwrap();
    let rows: BTreeMap<_, _> = table.rows().filter(|(path, _)| path.starts_with("/triaged.v1.")).collect();
    assert_eq!(rows.len(), 45, "a method was added or lost: {:?}", rows.keys());
    for (path, roles) in rows {
        assert!(!roles.is_empty(), "{path} is closed to everybody: give it an access option");
    }
}

// ---- it only grows ---------------------------------------------------------------------------------------------

/// Everything in a contract that a client may depend on, as facts: losing one breaks a client.
fn facts(set: &FileDescriptorSet) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for file in set.file.iter().filter(|file| file.package() == PACKAGE) {
        file.message_type.iter().for_each(|message| message_facts(message, &mut facts));
        file.enum_type.iter().for_each(|one| enum_facts(one, &mut facts));
        for service in &file.service {
            for method in &service.method {
                facts.insert(format!(
                    "rpc {}.{} ({}{}) returns ({}{})",
                    service.name(),
                    method.name(),
                    if method.client_streaming() { "stream " } else { "" },
                    method.input_type(),
                    if method.server_streaming() { "stream " } else { "" },
                    method.output_type(),
                ));
            }
        }
    }
    facts
}

fn message_facts(message: &DescriptorProto, facts: &mut BTreeSet<String>) {
    for field in &message.field {
        let oneof = field.oneof_index.and_then(|index| message.oneof_decl.get(usize::try_from(index).unwrap()));
        facts.insert(format!(
            "{}.{} = {} {:?} {:?} {} in {}",
            message.name(),
            field.name(),
            field.number(),
            field.label(),
            field.r#type(),
            field.type_name(),
            oneof.map_or("", |oneof| oneof.name()),
        ));
    }
    message.nested_type.iter().for_each(|inner| message_facts(inner, facts));
}

fn enum_facts(one: &EnumDescriptorProto, facts: &mut BTreeSet<String>) {
    for value in &one.value {
        facts.insert(format!("{} {} = {}", one.name(), value.name(), value.number()));
    }
}

/// The present contract without what no client depends on.
fn present() -> FileDescriptorSet {
    let mut set = FileDescriptorSet::decode(DESCRIPTOR_SET).unwrap();
    set.file.iter_mut().for_each(|file| file.source_code_info = None);
    set
}

#[test]
fn the_contract_only_grows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/released/v1.bin");
    let Ok(released) = std::fs::read(&path) else {
        std::fs::write(path.with_extension("bin.new"), present().encode_to_vec()).unwrap();
        panic!("there is no released contract: look at {}.new and move it there", path.display());
    };
    let released = facts(&FileDescriptorSet::decode(released.as_slice()).unwrap());
    assert!(released.len() > 200, "{} facts only", released.len());
    let present = facts(&present());
    let lost: Vec<_> = released.difference(&present).collect();
    assert!(lost.is_empty(), "clients of the released contract would break: {lost:#?}");
}

#[test]
fn a_lost_or_changed_part_of_the_contract_is_caught() {
    let before = facts(&present());
    let lost = |change: &dyn Fn(&mut FileDescriptorSet)| {
        let mut set = present();
        change(&mut set);
        before.difference(&facts(&set)).count()
    };
    let message = |set: &mut FileDescriptorSet, name: &str, change: &dyn Fn(&mut DescriptorProto)| {
        let messages = set.file.iter_mut().flat_map(|file| &mut file.message_type);
        messages.filter(|message| message.name() == name).for_each(change);
    };
    assert_eq!(lost(&|_| ()), 0);
    assert_eq!(lost(&|set| message(set, "Chat", &|chat| drop(chat.field.remove(0)))), 1);
    assert_eq!(lost(&|set| message(set, "Chat", &|chat| chat.field[0].number = Some(9))), 1);
    assert_eq!(lost(&|set| message(set, "Chat", &|chat| chat.field[0].name = Some("lines".into()))), 1);
}
