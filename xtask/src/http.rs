//! As much HTTP as it takes to ask a program on this machine whether it is ready.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

const LIMIT: Duration = Duration::from_secs(2);

/// The longest answer that is read.
const MAX_BYTES: u64 = 64 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Empty where its length was not announced.
    pub(crate) body: String,
}

/// One GET to a port of this machine.
pub(crate) fn get(port: u16, path: &str) -> Result<Answer> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    // chromedriver refuses HTTP/1.0, and leaves the connection open whatever it is asked.
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )?;
    read(BufReader::new(stream.take(MAX_BYTES)))
}

fn read(mut reader: impl BufRead) -> Result<Answer> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .with_context(|| format!("this is not HTTP: {line:?}"))?;
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            bail!("the answer ends within its headers");
        }
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let text = "HTTP/1.1 503 Service Unavailable\r\nContent-Length:2\r\n\r\n{}and more";
        let expected = Answer {
            status: 503,
            body: "{}".into(),
        };
        assert_eq!(read(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn something_else_than_http_is_refused() {
        let error = read("SSH-2.0-OpenSSH_9.2\r\n".as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"this is not HTTP: "SSH-2.0-OpenSSH_9.2\r\n""#
        );
    }

    #[test]
    fn an_answer_that_is_cut_off_is_refused() {
        let error = read("HTTP/1.1 200 OK\r\na: b\r\n".as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "the answer ends within its headers");
    }
}
