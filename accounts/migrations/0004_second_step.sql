-- Whether somebody signs in with a second step stands beside their name, so that every query that
-- decides who sees what can tell without asking another table, in the past too.

CREATE FUNCTION public.accounts_keep_second_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  person bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
BEGIN
  UPDATE public.accounts_user SET second_step = EXISTS (
    SELECT FROM public.mfa_authenticator a WHERE a.user_id = person AND a.type = 'totp'
  ) WHERE id = person;
  RETURN NULL;
END
$$;

CREATE TRIGGER accounts_keep_second_step AFTER INSERT OR DELETE OR UPDATE OF type, user_id
ON public.mfa_authenticator FOR EACH ROW EXECUTE FUNCTION public.accounts_keep_second_step();

-- Whoever saves a row that they read before does not change it either.
CREATE FUNCTION public.accounts_tell_second_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  NEW.second_step := EXISTS (
    SELECT FROM public.mfa_authenticator a WHERE a.user_id = NEW.id AND a.type = 'totp'
  );
  RETURN NEW;
END
$$;

CREATE TRIGGER accounts_tell_second_step BEFORE UPDATE OF second_step
ON public.accounts_user FOR EACH ROW WHEN (OLD.second_step IS DISTINCT FROM NEW.second_step)
EXECUTE FUNCTION public.accounts_tell_second_step();

-- A crash of the server may forget who tried how often; in return counting waits for no disk.
ALTER TABLE public.accounts_tally SET UNLOGGED;
