//! A cable between the bot and an emulated engine, to be pulled out: then nobody listens at its end, and what was under way
//! breaks off. That is how an engine looks that is down, and a refused connection is the one failure that proves itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

/// Somebody else may have taken the port meanwhile.
const AGAIN: Duration = Duration::from_millis(200);

/// It carries for as long as this lives.
pub struct Cable {
    address: SocketAddr,
    is_in: watch::Sender<bool>,
    _carrying: AbortOnDropHandle<()>,
}

impl Cable {
    /// Plugged in, on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub fn to(end: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let (is_in, seen) = watch::channel(true);
        let carrying = AbortOnDropHandle::new(tokio::spawn(carry(listener, end, seen)));
        Ok(Self { address, is_in, _carrying: carrying })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn is_in(&self) -> bool {
        *self.is_in.borrow()
    }

    /// Plugs it in, or pulls it out.
    pub fn plug(&self, is_in: bool) {
        self.is_in.send_replace(is_in);
    }
}

async fn carry(listener: TcpListener, end: SocketAddr, mut is_in: watch::Receiver<bool>) {
    let Ok(address) = listener.local_addr() else { return };
    let mut listener = Some(listener);
    loop {
        if is_in.wait_for(|is_in| *is_in).await.is_err() {
            return;
        }
        let open = match listener.take() {
            Some(open) => Ok(open),
            None => TcpListener::bind(address).await,
        };
        match open {
            Ok(open) => until_pulled(open, end, &mut is_in).await,
            Err(error) => {
                tracing::warn!(%error, "a cable cannot be plugged in yet");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Both the listener and what is under way go with this call.
async fn until_pulled(listener: TcpListener, end: SocketAddr, is_in: &mut watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            _ = is_in.wait_for(|is_in| !*is_in) => return,
            accepted = listener.accept() => {
                if let Ok((near, _)) = accepted {
                    under_way.spawn(through(near, end));
                }
            }
            Some(_) = under_way.join_next() => {}
        }
    }
}

async fn through(mut near: TcpStream, end: SocketAddr) {
    if let Ok(mut far) = TcpStream::connect(end).await {
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Repeats what it hears.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let (mut heard, mut said) = stream.split();
                    let _ = tokio::io::copy(&mut heard, &mut said).await;
                });
            }
        });
        address
    }

    async fn says(stream: &mut TcpStream, word: &[u8]) -> io::Result<Vec<u8>> {
        stream.write_all(word).await?;
        let mut heard = vec![0; word.len()];
        stream.read_exact(&mut heard).await?;
        Ok(heard)
    }

    #[tokio::test]
    async fn pulled_out_it_breaks_what_is_under_way_and_refuses_all_else_until_it_is_plugged_in_again() {
        let cable = Cable::to(echo().await).unwrap();
        let mut stream = TcpStream::connect(cable.address).await.unwrap();
        assert_eq!(says(&mut stream, b"one").await.unwrap(), b"one");
        cable.plug(false);
        assert!(!cable.is_in());
        assert!(says(&mut stream, b"two").await.is_err());
        assert!(TcpStream::connect(cable.address).await.is_err());
        cable.plug(true);
        let mut stream = loop {
            match TcpStream::connect(cable.address).await {
                Ok(stream) => break stream,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(says(&mut stream, b"three").await.unwrap(), b"three");
    }
}
