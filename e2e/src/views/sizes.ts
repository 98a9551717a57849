// The screens of real rooms, in CSS pixels of the whole screen.
import type { View } from "./gallery.ts";

export const deskScreen: View = { width: 1280, height: 800, zoom: 1 };
export const wideScreen: View = { width: 1920, height: 1080, zoom: 1 };
export const consoleScreen: View = { width: 1366, height: 768, zoom: 1 };
/** The desk's at 200 % zoom (WCAG 1.4.4). */
export const zoomedScreen: View = { width: 1280, height: 800, zoom: 2 };
