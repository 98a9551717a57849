// What settings say of places: ports, hosts, and whether a host is this machine alone.
import { z } from "zod/v4";

export const port = z.int().min(0).max(65535);
export const host = z.string().min(1).max(253);

export const isLoopback = (name: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(name);
