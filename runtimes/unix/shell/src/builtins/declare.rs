//! `declare`, `typeset`, `local`, `export`, `readonly` and `unset`.

use std::rc::Rc;

use super::Value;
use crate::execute::simple::Expanded;
use crate::expand::quote;
use crate::state::{Run, Shell};
use crate::syntax::tokens::is_name;
use crate::values::element_name;
use crate::variables::{
    ARRAY, ASSOCIATIVE, Associative, CAPITAL, EXPORT, INTEGER, LOWER, NAMEREF, READONLY, TRACE,
    UPPER, Value as Content, Variable,
};

#[derive(Default)]
struct Wanted {
    on: u16,
    off: u16,
    print: bool,
    functions: bool,
    function_names: bool,
    global: bool,
    local: bool,
}

/// `(…)` as `declare -p` writes the elements of an array.
pub fn array_text(variable: &Variable) -> String {
    let items: Vec<String> = match &variable.value {
        Content::Indexed(items) => items
            .iter()
            .map(|(index, value)| format!("[{index}]={}", quote::double(value)))
            .collect(),
        Content::Associative(items) => {
            let mut text: Vec<String> = items
                .iter()
                .map(|(key, value)| format!("[{}]={}", quote::key(key), quote::double(value)))
                .collect();
            if !text.is_empty() {
                // Bash puts a blank before the parenthesis here.
                text.push(String::new());
            }
            text
        }
        Content::Scalar(text) => vec![format!("[0]={}", quote::double(text))],
        Content::Unset => Vec::new(),
    };
    format!("({})", items.join(" "))
}

fn declaration(name: &str, variable: &Variable) -> String {
    let letters = variable.letters();
    let letters = if letters.is_empty() { "-" } else { &letters };
    match &variable.value {
        Content::Unset => format!("declare -{letters} {name}\n"),
        Content::Scalar(text) => format!("declare -{letters} {name}={}\n", quote::double(text)),
        _ => format!("declare -{letters} {name}={}\n", array_text(variable)),
    }
}

pub fn run(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let name = argv[0].as_str();
    if name == "local" && !shell.in_function() {
        shell.complain(name, "can only be used in a function");
        return Ok(1);
    }
    let mut wanted = Wanted {
        local: name == "local",
        ..Wanted::default()
    };
    match name {
        "export" => wanted.on |= EXPORT,
        "readonly" => wanted.on |= READONLY,
        _ => {}
    }
    let operands = match options(shell, expanded, &mut wanted) {
        Ok(operands) => operands,
        Err(status) => return Ok(status),
    };
    if wanted.functions || wanted.function_names {
        return functions(shell, expanded, operands, &wanted);
    }
    if operands >= argv.len() {
        list(shell, name, &wanted);
        return Ok(0);
    }
    if wanted.print && !matches!(name, "export" | "readonly") {
        return print(shell, expanded, operands);
    }
    let mut status = 0;
    for index in operands..argv.len() {
        let value = expanded
            .values
            .iter()
            .find(|(at, _)| *at == index)
            .map(|(_, value)| value.clone());
        status |= operand(shell, name, &argv[index], value, &wanted)?;
    }
    Ok(status)
}

fn options(shell: &mut Shell, expanded: &Expanded, wanted: &mut Wanted) -> Result<usize, i32> {
    let argv = &expanded.argv;
    let name = argv[0].as_str();
    let exporting = matches!(name, "export" | "readonly");
    let mut index = 1;
    while let Some(argument) = argv.get(index) {
        if expanded.values.iter().any(|(at, _)| *at == index) {
            break;
        }
        if argument == "--" {
            return Ok(index + 1);
        }
        let on = argument.starts_with('-');
        if argument.len() < 2 || !(on || argument.starts_with('+') && !exporting) {
            break;
        }
        for letter in argument[1..].chars() {
            let attribute = match letter {
                'n' if name == "export" => {
                    wanted.on &= !EXPORT;
                    wanted.off |= EXPORT;
                    continue;
                }
                'p' => {
                    wanted.print = true;
                    continue;
                }
                'f' => {
                    wanted.functions = true;
                    continue;
                }
                'a' if name != "export" => ARRAY,
                'A' if name != "export" => ASSOCIATIVE,
                'F' if !exporting => {
                    wanted.function_names = true;
                    continue;
                }
                'g' if !exporting => {
                    wanted.global = true;
                    continue;
                }
                'I' if !exporting => continue,
                'i' if !exporting => INTEGER,
                'l' if !exporting => LOWER,
                'u' if !exporting => UPPER,
                'c' if !exporting => CAPITAL,
                'n' if !exporting => NAMEREF,
                'r' if !exporting => READONLY,
                't' if !exporting => TRACE,
                'x' if !exporting => EXPORT,
                letter => {
                    let sign = if on { '-' } else { '+' };
                    shell.complain(name, format_args!("{sign}{letter}: invalid option"));
                    let usage = match name {
                        "export" => "export [-fn] [name[=value] ...] or export -p",
                        "readonly" => "readonly [-aAf] [name[=value] ...] or readonly -p",
                        "local" => "local [option] name[=value] ...",
                        _ => {
                            "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]"
                        }
                    };
                    shell.write_error(&format!("{name}: usage: {usage}\n"));
                    return Err(2);
                }
            };
            if on {
                wanted.on |= attribute;
            } else {
                wanted.off |= attribute;
            }
        }
        index += 1;
    }
    Ok(index)
}

/// Prints all variables that have the attributes.
fn list(shell: &mut Shell, name: &str, wanted: &Wanted) {
    let names = if wanted.local {
        shell.state.variables.local_names()
    } else {
        shell.state.variables.names()
    };
    let plain = !wanted.print && wanted.on == 0;
    for each in names {
        let Some(variable) = shell.state.variables.get(&each).cloned() else {
            continue;
        };
        if wanted.on != 0 && variable.attributes & wanted.on != wanted.on {
            continue;
        }
        let text = if plain || wanted.local {
            if !variable.is_set() {
                continue;
            }
            let value = if variable.is_array() {
                array_text(&variable)
            } else {
                quote::if_needed(variable.text().unwrap_or(""))
            };
            format!("{each}={value}\n")
        } else {
            declaration(&each, &variable)
        };
        shell.print(&text);
    }
    if plain && matches!(name, "declare" | "typeset") {
        let functions: Vec<_> = shell
            .state
            .functions
            .iter()
            .map(|(name, function)| (name.clone(), Rc::clone(function)))
            .collect();
        for (name, function) in functions {
            shell.print(&super::lookup::function_text(&name, &function));
        }
    }
}

/// `declare -p name …`
fn print(shell: &mut Shell, expanded: &Expanded, operands: usize) -> Run {
    let mut status = 0;
    for name in &expanded.argv[operands..] {
        let found = match shell.state.variables.get(name) {
            Some(variable) => Some(variable.clone()),
            None => shell.variable(name),
        };
        match found {
            Some(variable) => {
                let text = declaration(name, &variable);
                shell.print(&text);
            }
            None => {
                shell.complain(&expanded.argv[0], format_args!("{name}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn functions(shell: &mut Shell, expanded: &Expanded, operands: usize, wanted: &Wanted) -> Run {
    let argv = &expanded.argv;
    let mut names: Vec<String> = argv[operands.min(argv.len())..].to_vec();
    let all = names.is_empty();
    if all {
        names = shell.state.functions.keys().cloned().collect();
        names.sort_unstable();
    }
    let mut status = 0;
    for name in names {
        let Some(function) = shell.state.functions.get(&name).cloned() else {
            if argv[0] == "export" || argv[0] == "readonly" {
                shell.complain(&argv[0], format_args!("{name}: not a function"));
            }
            status = 1;
            continue;
        };
        if argv[0] == "export" && !all {
            let exported = Rc::make_mut(&mut shell.state.exported_functions);
            exported.retain(|known| *known != name);
            if wanted.off & EXPORT == 0 {
                exported.push(name);
            }
        } else if argv[0] == "readonly" && !all {
            // Functions are replaced all the same.
        } else if wanted.function_names {
            let text = if all {
                format!("declare -f {name}\n")
            } else {
                format!("{name}\n")
            };
            shell.print(&text);
        } else {
            shell.print(&super::lookup::function_text(&name, &function));
        }
    }
    Ok(status)
}

fn operand(
    shell: &mut Shell,
    builtin: &str,
    argument: &str,
    value: Option<Value>,
    wanted: &Wanted,
) -> Run {
    // An assignment that came out of an expansion.
    let (name, value) = match value {
        Some(value) => (argument.to_owned(), Some(value)),
        None => match argument.split_once('=') {
            Some((name, text)) => {
                let (name, append) = match name.strip_suffix('+') {
                    Some(name) => (name, true),
                    None => (name, false),
                };
                let (name, key) = match element_name(name) {
                    Some((name, key)) => (name.to_owned(), Some(key.to_owned())),
                    None => (name.to_owned(), None),
                };
                let is_list = key.is_none()
                    && wanted.on & (ARRAY | ASSOCIATIVE) != 0
                    && text.starts_with('(')
                    && text.ends_with(')');
                if is_list {
                    let elements = parse_elements(shell, text)?;
                    (name, Some(Value::Array { append, elements }))
                } else {
                    (
                        name,
                        Some(Value::Scalar {
                            key,
                            append,
                            text: text.to_owned(),
                        }),
                    )
                }
            }
            None => match element_name(argument) {
                Some((name, _)) => (name.to_owned(), None),
                None => (argument.to_owned(), None),
            },
        },
    };
    if !is_name(&name) {
        shell.complain(
            builtin,
            format_args!("`{argument}': not a valid identifier"),
        );
        return Ok(1);
    }
    let local = wanted.local
        || matches!(builtin, "declare" | "typeset") && shell.in_function() && !wanted.global;
    if local {
        if builtin == "local" || !shell.state.variables.is_local(&name) {
            let readonly = shell
                .state
                .variables
                .get(&name)
                .is_some_and(|variable| variable.has(READONLY));
            if readonly && !shell.state.variables.is_local(&name) {
                shell.complain(builtin, format_args!("{name}: readonly variable"));
                return Ok(1);
            }
            shell.state.variables.make_local(&name);
        }
        return declare(shell, builtin, &name, value, wanted);
    }
    if wanted.global && shell.state.variables.depth() > 0 {
        let mut variables = std::mem::take(&mut shell.state.variables);
        let result = variables.with_global(&name, |inner| {
            std::mem::swap(&mut shell.state.variables, inner);
            let result = declare(shell, builtin, &name, value, wanted);
            std::mem::swap(&mut shell.state.variables, inner);
            result
        });
        shell.state.variables = variables;
        return result;
    }
    declare(shell, builtin, &name, value, wanted)
}

fn parse_elements(shell: &mut Shell, text: &str) -> Run<Vec<(Option<String>, bool, String)>> {
    let options = shell.parse_options();
    let source = format!("x={text}");
    let list = crate::syntax::parse_list(&source, shell.state.line, &options).map_err(|error| {
        shell.error(&error.message);
        crate::state::Flow::Discard(1)
    })?;
    if let [item] = list.0.as_slice()
        && let [command] = item.and_or.first.commands.as_slice()
        && let crate::program::Kind::Simple(simple) = &command.kind
        && let [assignment] = simple.assignments.as_slice()
        && let crate::program::Assigned::Array(elements) = &assignment.value
    {
        return shell.expand_elements(elements);
    }
    Ok(vec![(None, false, text.to_owned())])
}

fn declare(
    shell: &mut Shell,
    builtin: &str,
    name: &str,
    value: Option<Value>,
    wanted: &Wanted,
) -> Run {
    let resolved = if wanted.on & NAMEREF != 0 || wanted.off & NAMEREF != 0 {
        name.to_owned()
    } else {
        shell.resolve(name)
    };
    let name = resolved.as_str();
    let name = element_name(name).map_or(name, |(base, _)| base);
    let known = shell.state.variables.get(name).cloned();
    let readonly = known
        .as_ref()
        .is_some_and(|variable| variable.has(READONLY));
    if readonly && (value.is_some() || wanted.off & READONLY != 0) {
        shell.complain(builtin, format_args!("{name}: readonly variable"));
        return Ok(1);
    }
    if let Some(variable) = &known {
        if wanted.on & ASSOCIATIVE != 0 && matches!(variable.value, Content::Indexed(_)) {
            shell.complain(
                builtin,
                format_args!("{name}: cannot convert indexed to associative array"),
            );
            return Ok(1);
        }
        if wanted.on & ARRAY != 0 && matches!(variable.value, Content::Associative(_)) {
            shell.complain(
                builtin,
                format_args!("{name}: cannot convert associative to indexed array"),
            );
            return Ok(1);
        }
    }
    if wanted.on & NAMEREF != 0
        && let Some(Value::Scalar { text, .. }) = &value
    {
        if text == name {
            shell.complain(
                builtin,
                format_args!("{name}: nameref variable self references not allowed"),
            );
            return Ok(1);
        }
        let base = element_name(text).map_or(text.as_str(), |(base, _)| base);
        if !text.is_empty() && !is_name(base) {
            shell.complain(
                builtin,
                format_args!("`{text}': invalid variable name for name reference"),
            );
            return Ok(1);
        }
        let variable = shell.state.variables.entry(name);
        variable.value = Content::Scalar(text.clone());
        variable.attributes |= wanted.on;
        return Ok(0);
    }
    let variable = shell.state.variables.entry(name);
    let mut on = wanted.on & !READONLY;
    if on & UPPER != 0 {
        variable.attributes &= !LOWER;
    }
    if on & LOWER != 0 {
        variable.attributes &= !UPPER;
    }
    if on & ASSOCIATIVE != 0 {
        on &= !ARRAY;
        if let Content::Scalar(text) = &variable.value {
            let mut items = Associative::default();
            items.set("0", text.clone());
            variable.value = Content::Associative(items);
        }
    }
    if on & ARRAY != 0
        && let Content::Scalar(text) = &variable.value
    {
        variable.value = Content::Indexed([(0, text.clone())].into());
    }
    variable.attributes = (variable.attributes | on) & !(wanted.off & !(ARRAY | ASSOCIATIVE));
    if let Some(value) = value {
        // `declare -a x=5` sets an element.
        shell.assign_value(name, value)?;
    }
    if wanted.on & READONLY != 0 {
        shell.state.variables.entry(name).attributes |= READONLY;
    }
    Ok(0)
}

pub fn unset(shell: &mut Shell, expanded: &Expanded) -> Run {
    let argv = &expanded.argv;
    let flags = match shell.flags(argv, "fvn", "unset [-f] [-v] [-n] [name ...]") {
        Ok(flags) => flags,
        Err(status) => return Ok(status),
    };
    if flags.has('f') && flags.has('v') {
        shell.complain(
            "unset",
            "cannot simultaneously unset a function and a variable",
        );
        return Ok(1);
    }
    let (functions, variables, reference) = (flags.has('f'), flags.has('v'), flags.has('n'));
    let mut status = 0;
    for argument in &argv[flags.operands..] {
        if functions {
            Rc::make_mut(&mut shell.state.functions).remove(argument);
            continue;
        }
        let name = if reference {
            argument.clone()
        } else {
            shell.resolve(argument)
        };
        if let Some((base, key)) = element_name(&name) {
            let (base, key) = (base.to_owned(), key.to_owned());
            status |= unset_element(shell, &base, &key)?;
            continue;
        }
        let Some(variable) = shell.state.variables.get(&name) else {
            if !variables && shell.state.functions.contains_key(argument) {
                Rc::make_mut(&mut shell.state.functions).remove(argument);
            }
            continue;
        };
        if variable.has(READONLY) {
            shell.complain(
                "unset",
                format_args!("{name}: cannot unset: readonly variable"),
            );
            status = 1;
            continue;
        }
        shell.state.variables.remove(&name);
        if name == "OPTIND" {
            shell.state.getopts = (1, 0);
        }
    }
    Ok(status)
}

fn unset_element(shell: &mut Shell, name: &str, key: &str) -> Run {
    let name = shell.resolve(name);
    let Some(variable) = shell.state.variables.get(&name) else {
        return Ok(0);
    };
    if variable.has(READONLY) {
        shell.complain(
            "unset",
            format_args!("{name}: cannot unset: readonly variable"),
        );
        return Ok(1);
    }
    if variable.is_associative() {
        if let Content::Associative(items) = &mut shell.state.variables.entry(&name).value {
            items.remove(key);
        }
        return Ok(0);
    }
    if matches!(key, "@" | "*") {
        let variable = shell.state.variables.entry(&name);
        variable.value = Content::Indexed(Default::default());
        return Ok(0);
    }
    let index = match shell.evaluate(key) {
        Ok(index) => index,
        Err(message) => return Err(shell.arithmetic_failed(&message, "")),
    };
    let variable = shell.state.variables.entry(&name);
    let index = if index < 0 {
        variable.next_index() + index
    } else {
        index
    };
    match &mut variable.value {
        Content::Indexed(items) => {
            items.remove(&index);
        }
        Content::Scalar(_) if index == 0 => variable.value = Content::Unset,
        _ => {}
    }
    Ok(0)
}
