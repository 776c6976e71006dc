//! From markup to calls.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName};
use syn::{Error, Expr, Ident, Result, Stmt};

/// Elements of a picture are of another namespace.
const SVG: [&str; 3] = ["svg", "path", "rect"];

/// Between the parts of a start tag; see `crate::view::element`.
const BREAK: char = '\n';

pub(crate) fn expand(tokens: TokenStream) -> Result<TokenStream> {
    many(&rstml::parse2(tokens)?)
}

/// The one node, or all of them side by side.
fn many(nodes: &[Node]) -> Result<TokenStream> {
    let mut views = nodes.iter().map(one).collect::<Result<Vec<_>>>()?;
    if views.len() == 1
        && let Some(view) = views.pop()
    {
        return Ok(quote! { crate::view::IntoView::into_view(#view) });
    }
    Ok(quote! {
        crate::view::IntoView::into_view(crate::view::Fragment::new() #(.child(#views))*)
    })
}

fn one(node: &Node) -> Result<TokenStream> {
    match node {
        Node::Element(element) if is_component(element.name()) => component(element),
        Node::Element(element) => html(element),
        Node::Block(block) => Ok(inner(block)),
        Node::Text(text) => Ok(text.value.to_token_stream()),
        Node::Fragment(fragment) => many(fragment.children()),
        Node::RawText(_) | Node::Comment(_) | Node::Doctype(_) | Node::Custom(_) => Err(
            Error::new_spanned(node, "only elements, blocks and quoted text"),
        ),
    }
}

/// What a block says, without the braces where it is one expression.
fn inner(block: &NodeBlock) -> TokenStream {
    match block.try_block().map(|block| block.stmts.as_slice()) {
        Some([Stmt::Expr(expression, None)]) => expression.to_token_stream(),
        Some(_) | None => block.to_token_stream(),
    }
}

fn is_component(name: &NodeName) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

/// A start tag whose fixed part is one text, a call for everything else.
fn html(element: &NodeElement<rstml::Infallible>) -> Result<TokenStream> {
    let name = element.name().to_string();
    let mut start = name.clone();
    let mut calls = Vec::new();
    for attribute in element.attributes() {
        let attribute = keyed(attribute)?;
        let key = attribute.key.to_string();
        if let Some(call) = special(&key, attribute)? {
            calls.push(call);
            continue;
        }
        let fixed = match (attribute.value(), attribute.value_literal_string()) {
            (Some(_), None) => None,
            (Some(_), Some(fixed)) => Some(fixed),
            (None, _) => Some(String::new()),
        };
        if let Some(fixed) = fixed {
            if fixed.contains(BREAK) {
                return Err(Error::new_spanned(attribute, "a fixed value has one line"));
            }
            start.push(BREAK);
            start.push_str(&key);
            start.push(BREAK);
            start.push_str(&fixed);
        } else {
            let value = value(attribute)?;
            calls.push(quote! { .attribute(#key, #value) });
        }
    }
    let open = if SVG.contains(&name.as_str()) {
        quote! { crate::view::Element::svg }
    } else {
        quote! { crate::view::Element::html }
    };
    let children = element
        .children
        .iter()
        .map(one)
        .collect::<Result<Vec<_>>>()?;
    Ok(quote! { #open(#start) #(#calls)* #(.child(#children))* })
}

/// What is not an attribute of the element, though it is written like one.
fn special(key: &str, attribute: &KeyedAttribute) -> Result<Option<TokenStream>> {
    if key == "node_ref" {
        let value = value(attribute)?;
        return Ok(Some(quote! { .node_ref(#value) }));
    }
    let Some((kind, name)) = key.split_once(':') else {
        return Ok(None);
    };
    let value = value(attribute)?;
    match kind {
        "class" => Ok(Some(quote! { .class(#name, #value) })),
        "prop" => Ok(Some(quote! { .property(#name, #value) })),
        "on" => {
            let event = Ident::new(name, syn::spanned::Spanned::span(&attribute.key));
            Ok(Some(quote! { .on(&::leptos::ev::#event, #value) }))
        }
        _ => Err(Error::new_spanned(attribute, "`class:`, `prop:` or `on:`")),
    }
}

/// A call of the component, its attributes as properties.
fn component(element: &NodeElement<rstml::Infallible>) -> Result<TokenStream> {
    let name = element.name();
    let mut properties = Vec::new();
    let mut attributes = Vec::new();
    for attribute in element.attributes() {
        let attribute = keyed(attribute)?;
        let key = attribute.key.to_string();
        if let Some(key) = key.strip_prefix("attr:") {
            let value = value(attribute)?;
            attributes.push(quote! { .attribute(#key, #value) });
        } else {
            let property =
                format_ident!("{key}", span = syn::spanned::Spanned::span(&attribute.key));
            let value = match attribute.value() {
                Some(value) => value.to_token_stream(),
                None => property.to_token_stream(),
            };
            properties.push(quote! { .#property(#value) });
        }
    }
    if !element.children.is_empty() {
        let children = many(&element.children)?;
        properties.push(quote! { .children(::std::boxed::Box::new(move || #children)) });
    }
    Ok(quote! {
        ::leptos::component::component_view(
            #name,
            ::leptos::component::component_props_builder(&#name) #(#properties)* .build(),
        ) #(#attributes)*
    })
}

fn keyed(attribute: &NodeAttribute) -> Result<&KeyedAttribute> {
    match attribute {
        NodeAttribute::Attribute(attribute) => Ok(attribute),
        NodeAttribute::Block(block) => Err(Error::new_spanned(block, "an attribute has a name")),
    }
}

fn value(attribute: &KeyedAttribute) -> Result<&Expr> {
    attribute
        .value()
        .ok_or_else(|| Error::new_spanned(attribute, "a value is missing"))
}
