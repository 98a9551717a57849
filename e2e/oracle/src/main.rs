//! OpenMLS behind a line protocol, for the mixed-group fuzz of packages/e2ee and the `keys` bench. One request a line
//! (words and hex, split by spaces), one answer a line: `ok ...` or `err ...`. Members live as long as the process.

mod bench;
mod member;

use member::Member;
use std::collections::HashMap;
use std::io::{BufRead, Write};

pub type Answer = Result<String, String>;

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let odd = text.len() % 2;
    if odd != 0 {
        return Err("odd hex".into());
    }
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|e| e.to_string()))
        .collect()
}

/// `-` stands for nothing, a comma splits a list.
fn list(text: &str) -> Vec<&str> {
    if text == "-" { vec![] } else { text.split(',').collect() }
}

fn answer(members: &mut HashMap<String, Member>, line: &str) -> Answer {
    let words: Vec<&str> = line.split_whitespace().collect();
    let arg = |i: usize| words.get(i).copied().ok_or("a word is missing".to_string());
    match arg(0)? {
        "new" => {
            let member = Member::new(unhex(arg(2)?)?)?;
            let key = hex(&member.signature_key());
            members.insert(arg(1)?.to_string(), member);
            return Ok(key);
        }
        "bench" => return bench::run(arg(1)?, arg(2)?.parse().map_err(|_| "not a number")?),
        "forget" => {
            members.clear();
            return Ok(String::new());
        }
        _ => {}
    }
    let member = members.get_mut(arg(1)?).ok_or("no such member")?;
    match arg(0)? {
        "keyPackage" => member.key_package(),
        "psk" => member.keep_psk(unhex(arg(2)?)?, &unhex(arg(3)?)?),
        "create" => member.create(&unhex(arg(2)?)?),
        "commit" => {
            let adds = list(arg(2)?).into_iter().map(unhex).collect::<Result<Vec<_>, _>>()?;
            let removes = list(arg(3)?)
                .into_iter()
                .map(|n| n.parse::<u32>().map_err(|e| e.to_string()))
                .collect::<Result<Vec<_>, _>>()?;
            let psks = list(arg(4)?).into_iter().map(unhex).collect::<Result<Vec<_>, _>>()?;
            member.commit(adds, removes, psks)
        }
        "merge" => member.merge(),
        "drop" => member.drop_pending(),
        "process" => member.process(&unhex(arg(2)?)?),
        "join" => member.join(&unhex(arg(2)?)?),
        "info" => member.info(),
        "external" => {
            let psks = list(arg(3)?).into_iter().map(unhex).collect::<Result<Vec<_>, _>>()?;
            member.external(&unhex(arg(2)?)?, psks)
        }
        "state" => member.state(),
        other => Err(format!("no command {other}")),
    }
}

fn main() {
    let mut members = HashMap::new();
    let stdout = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let said = match answer(&mut members, &line) {
            Ok(value) => format!("ok {value}"),
            Err(error) => format!("err {}", error.replace('\n', " ")),
        };
        let mut out = stdout.lock();
        if writeln!(out, "{said}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}
