//! Reads type definitions as the language server does, as far as ours go.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::script::tests) enum Type {
    Text,
    Number,
    Flag,
    Nil,
    Literal(String),
    Function,
    List(Box<Type>),
    Map(Box<Type>),
    Record(BTreeMap<String, Type>),
    Name(String),
    Union(Vec<Type>),
}

pub(in crate::script::tests) type Types = BTreeMap<String, Type>;

/// Every `export type`, and every `declare name: type`.
pub(in crate::script::tests) fn read(source: &str) -> Types {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("--"));
    let tokens = tokens(&lines.collect::<Vec<_>>().join("\n"));
    let mut parser = Parser { tokens, at: 0 };
    let mut types = Types::new();
    while parser.at < parser.tokens.len() {
        if parser.take("export") {
            assert!(parser.take("type"));
            let name = parser.next();
            assert!(parser.take("="));
            types.insert(name, parser.union());
        } else if parser.peek(0) == "declare" && parser.peek(2) == ":" {
            parser.at += 1;
            let name = parser.next();
            assert!(parser.take(":"));
            types.insert(name, parser.union());
        } else {
            parser.at += 1;
        }
    }
    types
}

fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => rest[1..].find('"').expect("a text is closed") + 2,
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            '-' if rest.starts_with("->") => 2,
            c => c.len_utf8(),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }

    fn take(&mut self, token: &str) -> bool {
        let is_there = self.peek(0) == token;
        self.at += usize::from(is_there);
        is_there
    }

    fn union(&mut self) -> Type {
        let mut types = vec![self.optional()];
        while self.take("|") {
            types.push(self.optional());
        }
        if types.len() == 1 { types.remove(0) } else { Type::Union(types) }
    }

    fn optional(&mut self) -> Type {
        let plain = self.plain();
        if self.take("?") { Type::Union(vec![plain, Type::Nil]) } else { plain }
    }

    fn plain(&mut self) -> Type {
        match self.next().as_str() {
            "string" => Type::Text,
            "number" => Type::Number,
            "boolean" | "true" | "false" => Type::Flag,
            "{" => self.table(),
            "(" if self.peek(1) == ":" || self.peek(0) == ")" => {
                while !self.take(")") {
                    self.take(",");
                    self.at += 2;
                    self.union();
                }
                assert!(self.take("->"));
                self.union();
                Type::Function
            }
            "(" => {
                let inner = self.union();
                assert!(self.take(")"), "a bracket is closed");
                inner
            }
            text if text.starts_with('"') => Type::Literal(text.trim_matches('"').to_owned()),
            name => Type::Name(name.to_owned()),
        }
    }

    fn table(&mut self) -> Type {
        let mut fields = BTreeMap::new();
        if self.take("[") {
            assert!(self.take("string") && self.take("]") && self.take(":"));
            let inner = self.union();
            assert!(self.take("}"));
            return Type::Map(Box::new(inner));
        }
        if self.peek(1) != ":" {
            let inner = self.union();
            assert!(self.take("}"));
            return Type::List(Box::new(inner));
        }
        while !self.take("}") {
            let name = self.next();
            assert!(self.take(":"), "{name} has a type");
            fields.insert(name, self.union());
            self.take(",");
        }
        Type::Record(fields)
    }
}
