import { describe, expect, it } from 'vitest';
import { fullness, previewUrl } from './preview';

describe('the preview', () => {
  it('asks for exactly the text, trailing space and all', () => {
    const url = new URL(previewUrl('/api/v1', 'a/b c', 'in the city of & ', 'never'), 'http://h');
    expect(url.pathname).toBe('/api/v1/models/a%2Fb%20c/tokens');
    expect(url.searchParams.get('text')).toBe('in the city of & ');
    expect(url.searchParams.get('bos')).toBe('never');
  });
  it('warns before the context is full', () => {
    expect([fullness(10, 100), fullness(95, 100), fullness(100, 100), fullness(101, 100)]).toEqual(['', 'warn', 'warn', 'bad']);
  });
});
