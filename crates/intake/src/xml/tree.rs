//! One element with all that is in it, in two pieces of memory that are used again for the next.

use std::cell::Cell;
use std::ops::Range;

/// Elements in the order of their start tags.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// Names, attributes and texts.
    octets: Vec<u8>,
    open: Vec<usize>,
    /// An element that stands beside another of which only one was asked for.
    second: Cell<Option<usize>>,
    /// An element that has text beside elements.
    mixed: Option<usize>,
}

#[derive(Clone, Debug)]
struct Node {
    name: Range<usize>,
    attributes: Range<usize>,
    text: Range<usize>,
    /// The number of the first element after those within this one.
    end: usize,
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.octets.clear();
        self.open.clear();
        self.second.set(None);
        self.mixed = None;
    }

    /// An element of which there are two where whoever read the tree asked for one, so that it can't be told which is
    /// meant; told once.
    pub(crate) fn ambiguous(&self) -> Option<Element<'_>> {
        self.second.take().map(|number| Element { tree: self, number })
    }

    /// An element that has text beside the elements in it, which no document has.
    pub(super) fn mixed(&self) -> Option<Element<'_>> {
        self.mixed.map(|number| Element { tree: self, number })
    }

    /// How much memory it takes, about.
    pub(super) fn size(&self) -> usize {
        self.octets.len() + self.nodes.len() * size_of::<Node>()
    }

    fn push(&mut self, octets: &[u8]) -> Range<usize> {
        let start = self.octets.len();
        self.octets.extend_from_slice(octets);
        start..self.octets.len()
    }

    pub(super) fn begin(&mut self, name: &[u8], attributes: &[u8]) {
        let (name, attributes) = (self.push(name), self.push(attributes));
        let text = self.octets.len()..self.octets.len();
        // Blanks beside elements are formatting.
        if let Some(number) = self.open.last().copied()
            && let Some(around) = self.nodes.get_mut(number)
        {
            let before = self.octets.get(around.text.clone()).unwrap_or_default();
            if !before.trim_ascii().is_empty() {
                self.mixed = Some(number);
            }
            around.text.end = around.text.start;
        }
        self.open.push(self.nodes.len());
        self.nodes.push(Node { name, attributes, text, end: usize::MAX });
    }

    /// Adds to the text of the innermost open element. Text beside elements within it is noted and not kept.
    pub(super) fn text(&mut self, text: &[u8]) {
        let innermost = self.open.last().copied();
        let last = self.nodes.len().checked_sub(1);
        if innermost.is_none() || innermost != last {
            self.mixed = self.mixed.or(innermost.filter(|_| !text.trim_ascii().is_empty()));
            return;
        }
        self.octets.extend_from_slice(text);
        let end = self.octets.len();
        if let Some(node) = self.nodes.last_mut() {
            node.text.end = end;
        }
    }

    pub(super) fn end(&mut self) {
        let end = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|open| self.nodes.get_mut(open)) {
            node.end = end;
        }
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        (!self.nodes.is_empty()).then_some(Element { tree: self, number: 0 })
    }
}

/// An element of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'t> {
    tree: &'t Tree,
    number: usize,
}

impl<'t> Element<'t> {
    fn node(self) -> Option<&'t Node> {
        self.tree.nodes.get(self.number)
    }

    fn octets(self, range: impl Fn(&Node) -> &Range<usize>) -> &'t [u8] {
        self.node().and_then(|node| self.tree.octets.get(range(node).clone())).unwrap_or_default()
    }

    /// The name without its prefix.
    pub(crate) fn name(self) -> &'t [u8] {
        self.octets(|node| &node.name)
    }

    /// The text, blanks around it removed. An element with elements within has none.
    pub(crate) fn text(self) -> &'t [u8] {
        self.octets(|node| &node.text).trim_ascii()
    }

    /// The value of an attribute, as it stands between its quotes.
    pub(crate) fn attribute(self, name: &str) -> Option<String> {
        let text = std::str::from_utf8(self.octets(|node| &node.attributes)).ok()?;
        let all = quick_xml::events::BytesStart::from_content(text, 0);
        all.attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| super::local(attribute.key.as_ref().as_bytes()) == name.as_bytes())
            .map(|attribute| attribute.value.into_owned())
    }

    /// The number after the last element within.
    fn end(self) -> usize {
        let all = self.tree.nodes.len();
        self.node().map_or(all, |node| node.end.min(all))
    }

    /// The elements directly within.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'t>> {
        let (tree, end) = (self.tree, self.end());
        let first = Element { tree, number: self.number + 1 };
        let within = move |element: Element<'t>| (element.number < end).then_some(element);
        std::iter::successors(within(first), move |element| within(Element { tree, number: element.end() }))
    }

    /// All elements within, at any depth.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        let tree = self.tree;
        (self.number + 1..self.end()).map(move |number| Element { tree, number })
    }

    /// The one element of a name directly within.
    pub(crate) fn child(self, name: &str) -> Option<Element<'t>> {
        self.child_of(&[name])
    }

    /// The one element directly within that has one of these names.
    pub(crate) fn child_of(self, names: &[&str]) -> Option<Element<'t>> {
        self.one(self.children().filter(|child| names.iter().any(|name| child.name() == name.as_bytes())))
    }

    /// The only one of several; the first, if there are two, which is noted.
    pub(crate) fn one(self, mut elements: impl Iterator<Item = Element<'t>>) -> Option<Element<'t>> {
        let first = elements.next()?;
        if let Some(second) = elements.next() {
            self.tree.second.set(Some(second.number));
        }
        Some(first)
    }

    /// The first element of a name at any depth.
    pub(crate) fn find(self, name: &str) -> Option<Element<'t>> {
        self.descendants().find(|element| element.name() == name.as_bytes())
    }

    /// The text of the one element of a name directly within; nothing if there is none.
    pub(crate) fn text_of(self, name: &str) -> &'t [u8] {
        self.child(name).map(Element::text).unwrap_or_default()
    }
}
