//! A brute-force oracle of `check`: its own small model of processes and scenarios, its own reading of
//! the design, and its own walk, one ordering after the other. Nothing is merged, nothing remembered.
//!
//! [`model`] is what there is; [`yaml`] prints it for the program; [`interpret`] says what one message
//! does to one instance; [`orderings`] walks; [`generate`] makes cases from seeds; [`shrink`] makes them
//! small; [`questions`] are open. Only `production` knows the program, and is no part of the oracle.
#![allow(dead_code)] // each test file uses its part

pub mod generate;
pub mod interpret;
pub mod model;
pub mod orderings;
pub mod production;
pub mod questions;
pub mod shrink;
pub mod yaml;
