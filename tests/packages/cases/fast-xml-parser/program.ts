import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE catalog [<!ENTITY co "Belljar &#169;">]>
<catalog xmlns:x="urn:x" version="1.10">
  <!-- a comment -->
  <book id="b1" price="12.50" available><title>XML &amp; you</title><author>Ada</author><author>Bob</author></book>
  <book id="b2"><title><![CDATA[<raw> & text]]></title><x:note lang="en">007</x:note><empty/></book>
  <mixed>one<b>two</b>three</mixed><maker>&co;</maker><n>0x1F</n><big>12345678901234567890</big><f> 1.50 </f><t>true</t>
</catalog>`;
const show = (value: unknown) => console.log(JSON.stringify(value));

show(new XMLParser().parse(xml));
show(new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', allowBooleanAttributes: true, parseAttributeValue: true, cdataPropName: '#cdata', commentPropName: '#comment', removeNSPrefix: true }).parse(xml));
show(new XMLParser({ preserveOrder: true, ignoreAttributes: false, trimValues: true }).parse('<a k="1">x<b/>y</a>'));
show(new XMLParser({
  isArray: (name) => name === 'item',
  tagValueProcessor: (name, value) => (name === 'up' ? String(value).toUpperCase() : value),
  numberParseOptions: { leadingZeros: false, hex: false, skipLike: /^\+/ },
  stopNodes: ['*.script'],
}).parse('<r><item>1</item><up>abc</up><z>007</z><h>0x1F</h><p>+49</p><script><b>kept</b></script></r>'));

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true, suppressEmptyNode: true, cdataPropName: '#cdata' });
console.log(builder.build({ root: { '@v': 1, '#text': 'a < b & "c"', list: { item: [1, 2, { '@k': 'x', '#cdata': '<raw>' }] }, none: '', flag: true } }));
const ordered = { preserveOrder: true, ignoreAttributes: false };
console.log(new XMLBuilder(ordered).build(new XMLParser(ordered).parse('<a k="1">x<b/>y<c>z</c></a>')));

for (const bad of [xml, '<a><b></a>', '<a', '<a k=1/>', '<a/><b/>', '', '<a k="1" k="2"/>', 'text']) {
  const result = XMLValidator.validate(bad, { allowBooleanAttributes: true });
  show(result === true ? true : [result.err.code, result.err.line]);
}
