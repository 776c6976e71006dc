//! Child processes. Each leads a process group of its own, and none outlives this program.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// How long a child may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// Between two looks at a child.
const PAUSE: Duration = Duration::from_millis(10);

/// The exit code after Ctrl-C: that of an interrupted program, unless it is the way to end.
static INTERRUPTED: AtomicI32 = AtomicI32::new(130);

/// Every child that was started and not yet stopped, by its process group.
static RUNNING: Mutex<BTreeMap<i32, Child>> = Mutex::new(BTreeMap::new());

fn running() -> MutexGuard<'static, BTreeMap<i32, Child>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On Ctrl-C, SIGTERM and SIGHUP: stops every child, then this program.
pub(crate) fn stop_children_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        // Held until the end, so that nothing new is started meanwhile.
        let mut children = running();
        stop(
            children
                .iter_mut()
                .map(|(group, child)| (*group, child))
                .collect(),
        );
        eprintln!("\nstopped");
        std::process::exit(INTERRUPTED.load(Ordering::Relaxed));
    })
    .context("cannot listen for Ctrl-C")
}

/// From now on Ctrl-C is how a person says that all went well.
pub(crate) fn ctrl_c_is_success() {
    INTERRUPTED.store(0, Ordering::Relaxed);
}

/// Asks all of them to end, waits a little, and then does not ask.
fn stop(mut children: Vec<(i32, &mut Child)>) {
    for (group, _) in &children {
        signal(*group, Signal::SIGTERM);
    }
    let deadline = Instant::now() + GRACE;
    loop {
        // A child that has ended stays in its group until it is waited for.
        children.retain_mut(|(group, child)| child.try_wait().is_err() || is_alive(*group));
        if children.is_empty() || Instant::now() > deadline {
            break;
        }
        thread::sleep(PAUSE);
    }
    for (group, child) in children {
        signal(group, Signal::SIGKILL);
        let _ = child.wait();
    }
}

fn signal(group: i32, signal: Signal) {
    // The only failure is that the group is gone already, which is what we want.
    let _ = killpg(Pid::from_raw(group), signal);
}

fn is_alive(group: i32) -> bool {
    killpg(Pid::from_raw(group), None).is_ok()
}

/// A command that does not inherit what `cargo run` told this program about itself.
///
/// Some build scripts watch `CARGO_PKG_*` and `CARGO_MANIFEST_*` and would run again each time a
/// build is started from here instead of from a shell.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Cargo, as found by the person who called us.
pub(crate) fn cargo() -> Command {
    command("cargo")
}

/// A started program. Dropping it stops it, with everything it started in its group.
#[derive(Debug)]
pub(crate) struct Running {
    group: i32,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut children = running();
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        let group = i32::try_from(child.id()).context("the process id is too large")?;
        children.insert(group, child);
        Ok(Self { group })
    }

    /// Its process, which leads the group.
    pub(crate) fn id(&self) -> i32 {
        self.group
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> Result<Option<ExitStatus>> {
        let mut children = running();
        let child = children.get_mut(&self.group).context("a stopped child")?;
        Ok(child.try_wait()?)
    }

    /// Waits without holding the list of children, which Ctrl-C needs.
    fn wait(&self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut children = running();
        if let Some(mut child) = children.remove(&self.group) {
            stop(vec![(self.group, &mut child)]);
        }
    }
}

/// Runs `command` to its end, its output going where ours goes. Anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    let status = Running::start(command)?.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs `command` quietly and hands back what it wrote, also when it failed.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    let line = shown(command);
    command
        .output()
        .with_context(|| format!("cannot run `{line}`"))
}

/// Whether `command` runs and succeeds; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_child_is_stopped_with_the_children_it_started() {
        let child = Running::start(command("sh").args(["-c", "sleep 60 & sleep 60"])).unwrap();
        let group = child.group;
        assert!(is_alive(group));
        drop(child);
        assert!(!is_alive(group));
    }

    #[test]
    fn a_failure_names_the_command_line() {
        let error = run(command("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` failed (exit status: 3)");
    }
}
