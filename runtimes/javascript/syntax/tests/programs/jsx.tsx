/* the runtime is replaced by the script */
import * as React from "react";
import { Comp, type Props } from "./comp";
import { Unused } from "./comp";
const p = { a: 1, key: "pk" }, key = "kk";
const Gen = <T,>(x: { v: T }) => <b>{x.v as any}</b>;
const el = (
  <div className="a" id='x &quot;y&quot; \n' data-x={1} aria-label="multi
    line" xlink:href="h" flag {...p} last={<i/>}>
    text &amp; more   
      second line {/* comment */} {1 + 1} {"s"}
    <></>
    <>one</>
    <>one{2}</>
    {...[1, 2]}
    <Comp.Inner x-y="1" />
  </div>
);
console.log(JSON.stringify(el, null, 1));
console.log(JSON.stringify([<a key="k" />, <a key={key + 1}>x</a>, <a {...p} key="after" b />, <a key={
  key
} c="1"/>, <a key={"a\nb"} />, <a key="&lt;" {...p}/>]));
console.log(JSON.stringify(<Gen<number> v={3} />), JSON.stringify(<svg:rect />));
const cond = true ? <p>yes</p> : <p>no</p>;
console.log(JSON.stringify(cond));
function F() { return <ul>
  {[1, 2].map((i: number) => <li key={i}>{i}</li>)}
</ul> }
console.log(JSON.stringify(F()));
console.log(JSON.stringify(<div>   </div>), JSON.stringify(<div>
</div>), JSON.stringify(<div>{" "}a{" "}
</div>), JSON.stringify(<div children="x" />));
console.log(JSON.stringify(<div>don't {"it's"} // not a comment /* neither */</div>));
console.log(JSON.stringify(<a b=<i/> c={`t${1}`} d={[<x-y/>]}></a>));
const C = class { static D = () => <this.x /> ; static x = "tx" };
