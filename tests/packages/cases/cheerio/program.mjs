import * as cheerio from 'cheerio';

const html = `<!doctype html><html><head><title>Shop &amp; Co</title></head><body>
<ul id="fruits"><li class="apple" data-price="3">Apple<li class="pear sweet" data-price="5">Pear</li>
<li class="plum">Plum &lt;3</ul><table><tr><td>1<td>2</table><p>unclosed <b>bold <i>both</b> italic</i>
<form><input name="q" value="a b"><select name="s"><option value="1" selected>one</select><input type="checkbox" name="c" checked></form>
<script>if (a < b) {}</script></body></html>`;
const $ = cheerio.load(html);

console.log($('title').text(), '|', $('#fruits > li').length, '|', $('li.sweet').attr('data-price'));
console.log($('li').map((index, el) => `${index}:${$(el).text().trim()}`).get().join());
console.log($('li:not(.pear):nth-child(odd)').text().replace(/\s+/g, ' '), $('li:contains("Pl")').hasClass('plum'), $('td').parent().parent().get(0).tagName);
console.log($('form').serialize(), JSON.stringify($('form').serializeArray()), $('li').data('price'));
$('.apple').addClass('red round').removeClass('apple').css('color', 'red').after('<li>New</li>');
$('.plum').replaceWith((_, el) => `<li>was ${$(el).attr('class')}</li>`);
$('ul').prepend($('<li>', { class: 'first', text: '<zero>' }));
$('script, head').remove();
$('b').wrap('<div class="w"></div>');
console.log($.html());
console.log($('ul').children().last().prev().text(), $('li').index($('.pear')), $('.pear').closest('ul').attr('id'), $('li').filter((_, el) => /e/.test($(el).text())).length);

const xml = cheerio.load('<feed xmlns:x="u"><x:entry id="1"/><entry><![CDATA[a<b]]></entry></feed>', { xml: true });
console.log(xml('x\\:entry').attr('id'), xml('entry').text(), xml.xml());
const fragment = cheerio.load('<p>a</p><p>b</p>', null, false);
console.log(fragment.html(), fragment('p').toArray().length, fragment.root().children().eq(-1).html());
console.log(JSON.stringify(cheerio.load(html).extract({ title: 'title', prices: [{ selector: 'li[data-price]', value: 'data-price' }] })));
