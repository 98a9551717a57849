// To be imported before any schema is made: the station's policy forbids code made from text, which zod would try first.
import { config } from "zod/v4";

config({ jitless: true });
