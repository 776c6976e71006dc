//! As much HTTP as it takes to talk to a program on this machine: to ask whether it is ready, and
//! to measure how fast it answers.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};

const LIMIT: Duration = Duration::from_secs(2);

/// The longest answer that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a str,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Empty where its length was not announced.
    pub(crate) body: String,
}

/// A connection to a port of this machine, for one request after another.
#[derive(Debug)]
pub(crate) struct Connection {
    port: u16,
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(port: u16) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, LIMIT)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            port,
            stream: BufReader::new(stream),
        })
    }

    pub(crate) fn send(&mut self, request: &Request) -> Result<Answer> {
        let Request {
            method,
            path,
            headers,
            body,
        } = request;
        // chromedriver refuses HTTP/1.0.
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n",
            self.port,
            body.len()
        );
        for (name, value) in *headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let _ = write!(text, "\r\n{body}");
        self.stream.get_mut().write_all(text.as_bytes())?;
        read((&mut self.stream).take(MAX_BYTES))
    }
}

/// One GET to a port of this machine.
pub(crate) fn get(port: u16, path: &str) -> Result<Answer> {
    Connection::open(port)?.send(&Request {
        method: "GET",
        path,
        headers: &[],
        body: "",
    })
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
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

    #[test]
    fn one_answer_after_another_is_read_from_a_connection() {
        let mut text =
            &b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\n"[..];
        assert_eq!(read(&mut text).unwrap().body, "ok");
        assert_eq!(read(&mut text).unwrap().status, 204);
    }
}
