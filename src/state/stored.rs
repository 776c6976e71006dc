//! A value in the keeping of an owner, which nobody watches.

use std::{any::Any, cell::RefCell, fmt, marker::PhantomData, rc::Rc};

use leptos::prelude::{GetValue as _, LocalStorage};

use super::watched::found;

/// A value in the keeping of an owner.
pub(crate) struct StoredValue<T> {
    item: leptos::prelude::StoredValue<Rc<dyn Any>, LocalStorage>,
    kind: PhantomData<fn() -> T>,
}

impl<T: 'static> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            item: leptos::prelude::StoredValue::new_local(Rc::new(RefCell::new(value))),
            kind: PhantomData,
        }
    }

    fn cell(self) -> Option<Rc<dyn Any>> {
        self.item.try_get_value()
    }

    /// Looks at it, unless the owner is gone.
    pub(crate) fn try_with_value<O>(self, look: impl FnOnce(&T) -> O) -> Option<O> {
        let cell = self.cell()?;
        let value = cell.downcast_ref::<RefCell<T>>()?.borrow();
        Some(look(&value))
    }

    /// Changes it where it is, unless the owner is gone.
    pub(crate) fn try_update_value<O>(self, change: impl FnOnce(&mut T) -> O) -> Option<O> {
        let cell = self.cell()?;
        let mut value = cell.downcast_ref::<RefCell<T>>()?.borrow_mut();
        Some(change(&mut value))
    }

    /// Looks at it.
    pub(crate) fn with_value<O>(self, look: impl FnOnce(&T) -> O) -> O {
        found(self.try_with_value(look))
    }

    /// It, unless the owner is gone.
    pub(crate) fn try_get_value(self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_value(T::clone)
    }

    /// It.
    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// Puts another one there, unless the owner is gone.
    pub(crate) fn set_value(self, value: T) {
        self.try_update_value(|kept| *kept = value);
    }
}

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: Default + 'static> Default for StoredValue<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for StoredValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredValue")
    }
}

/// Two handles of the same value.
impl<T> PartialEq for StoredValue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.item == other.item
    }
}

impl<T> Eq for StoredValue<T> {}
