import { ORDER_SCHEMAS } from '../../src/client/orders/order-schemas.js';

test.each(['%s', '%s\n', ' %s ', '\t%s\r\n', '\u00a0%s', '\u200b%s\ufeff', '\u2066%s\u2069'])(
  'white space in a code (%j) counts for nothing',
  (form) => {
    expect(ORDER_SCHEMAS.sign.parse({ secret: form.replace('%s', '123 456') })).toEqual({ secret: '123456' });
  },
);
