//! temp
use belljar::*;
use std::time::{Duration, Instant};
fn pct(v: &mut Vec<Duration>, l: &str) { v.sort(); let n=v.len(); println!("{l}: min {:?} p50 {:?} p90 {:?} p99 {:?}", v[0], v[n/2], v[n*9/10], v[n*99/100]); }
fn main() {
    let rt = tokio::runtime::Runtime::new().unwrap();
    rt.block_on(async {
        let b = Belljar::open(BelljarOptions::in_memory(std::env::args().nth(1).unwrap())).await.unwrap();
        b.prewarm("python:3.14", 4).await.unwrap();
        let (mut t, mut w, mut i, mut c) = (vec![], vec![], vec![], vec![]);
        let (mut cr, mut ru) = (vec![], vec![]);
        for k in 0..520 {
            let s = Instant::now();
            let o = b.run(SandboxOptions::new("python:3.14"), Command::new(["python3","-c","print(1)"])).await.unwrap();
            let e = s.elapsed();
            if k<20 {continue;}
            let st = o.stats.unwrap();
            t.push(e); w.push(st.wall); i.push(st.instantiate); c.push(st.cpu); 
            cr.push(e - st.wall); ru.push(st.wall - st.cpu);
        }
        pct(&mut t,"total"); pct(&mut cr,"total-wall"); pct(&mut w,"wall"); pct(&mut ru, "wall-cpu"); pct(&mut c,"cpu"); pct(&mut i,"instantiate");
    });
}
