const ENDINGS =
  /(?:ations?|isations?|izations?|ements?|ments?|ness|ingly|edly|ing|ings|ied|ies|ed|es|ers?|ors?|ions?|ally|ly|ic|ics|ical|ist|ists|ism|age|s|y|e|o|a|i|en)$/;

/** The beginning that forms of one word share. British and American spellings have the same. */
export function stem(word: string): string {
  const even = word
    .replace(/['-]/g, '')
    .replace(/our(?=$|s$|ed$|ing$|ite|s)/, 'or')
    .replace(/is(?=e$|es$|ed$|ing$|ation)/, 'iz')
    .replace(/[ao]e(?=[a-z])/, 'e')
    .replace(/tre(?=s?$)/, 'ter')
    .replace(/ll(?=ed|ing|er)/, 'l')
    .replace(/nce(?=s?$|d$)/, 'nse');
  let base = even;
  for (let i = 0; i < 2 && base.length > 3; i++) {
    const cut = base.replace(ENDINGS, '');
    if (cut.length < 3) break;
    base = cut;
  }
  return base.replace(/([bdfglmnprt])\1$/, '$1');
}
