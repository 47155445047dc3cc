import { expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../src/core/clock.ts';

it('a manual clock stands still until it is moved, either way', () => {
  const clock = new ManualClock(1000);
  expect([clock.now(), clock.now()]).toEqual([1000, 1000]);
  clock.advance(500);
  expect(clock.now()).toBe(1500);
  clock.advance(-700);
  expect(clock.now()).toBe(800);
  clock.set(5);
  expect(clock.now()).toBe(5);
});

it('the system’s clock tells whole milliseconds of this century', () => {
  const now = systemClock.now();
  expect(Number.isSafeInteger(now)).toBe(true);
  expect(now).toBeGreaterThan(Date.UTC(2025, 0, 1));
});
